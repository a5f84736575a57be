-- total_rows
SELECT
  "Points_number"
FROM "cup"
WHERE
  is_total = 1 AND "Points_number" IS NOT NULL
ORDER BY
  row_index;

-- all_rows
SELECT
  "Name"
FROM "cup"
ORDER BY
  row_index;

-- filter_equals
SELECT
  "Name"
FROM "cup"
WHERE
  "Country_key" = 'france'
ORDER BY
  row_index;

-- filter_equals (date)
SELECT
  "Name"
FROM "cup"
WHERE
  SUBSTRING("Date_date", 1, 7) = '1950-05'
ORDER BY
  row_index;

-- filter_not_equals
SELECT
  "Name"
FROM "cup"
WHERE
  "Points_number" <> 12
ORDER BY
  row_index;

-- filter_not_equals (date)
SELECT
  "Date_date"
FROM "cup"
WHERE
  "Date_date" <> '1950-05-21' AND "Date_date" <> '1950-05'
ORDER BY
  row_index;

-- filter_greater
SELECT
  "Points_number"
FROM "cup"
WHERE
  "Points_number" > 7
ORDER BY
  row_index;

-- filter_greater (date)
SELECT
  "Date"
FROM "cup"
WHERE
  SUBSTRING("Date_date", 1, 7) > '1950-05' AND "Date" IS NOT NULL
ORDER BY
  row_index;

-- filter_greater_equal
SELECT
  "Name"
FROM "cup"
WHERE
  "Date_date" >= '1950-05-21'
ORDER BY
  row_index;

-- filter_less
SELECT
  "Name"
FROM "cup"
WHERE
  "Date_date" < '1950-05-21' AND "Date_date" <> '1950-05'
ORDER BY
  row_index;

-- filter_less_equal
SELECT
  "Name"
FROM "cup"
WHERE
  "Points_number" <= 7
ORDER BY
  row_index;

-- filter_less_equal (date)
SELECT
  "Name"
FROM "cup"
WHERE
  SUBSTRING("Date_date", 1, 4) <= '1950'
ORDER BY
  row_index;

-- filter_between
SELECT
  "Name"
FROM "cup"
WHERE
  "Points_number" BETWEEN 3 AND 9.5
ORDER BY
  row_index;

-- filter_between (date)
SELECT
  "Name"
FROM "cup"
WHERE
  SUBSTRING("Date_date", 1, 4) >= '1950' AND SUBSTRING("Date_date", 1, 4) <= '1951'
ORDER BY
  row_index;

-- filter_contains
SELECT
  "Name"
FROM "cup"
WHERE
  "Name_words" LIKE '% van %'
ORDER BY
  row_index;

-- filter_not_contains
SELECT
  "Name"
FROM "cup"
WHERE
  NOT "Country_words" LIKE '% korea %'
ORDER BY
  row_index;

-- filter_any
SELECT
  "Name"
FROM "cup"
WHERE
  "Country_key" IN ('france', 'italy')
ORDER BY
  row_index;

-- filter_contains_any
SELECT
  "Name"
FROM "cup"
WHERE
  "Name_words" LIKE '% bea %' OR "Name_words" LIKE '% dam %'
ORDER BY
  row_index;

-- filter_has_item
SELECT
  "Name"
FROM "cup"
WHERE
  STRPOS("Members_list", '|yu|') > 0
ORDER BY
  row_index;

-- filter_not_empty
SELECT
  COUNT(*)
FROM "cup"
WHERE
  "Points_number" IS NOT NULL;

-- filter_empty
SELECT
  "Name"
FROM "cup"
WHERE
  "Country" IS NULL
ORDER BY
  row_index;

-- filter_above
SELECT
  "Name"
FROM "cup"
WHERE
  "Points_number" > (
    SELECT
      AVG("Points_number")
    FROM "cup"
  )
ORDER BY
  row_index;

-- filter_below
SELECT
  COUNT(*)
FROM "cup"
WHERE
  "Points_number" < (
    SELECT
      AVG("Points_number")
    FROM "cup"
  );

-- filter_greater_than_rows
SELECT
  "Name"
FROM "cup"
WHERE
  "Points_number" > (
    SELECT
      MAX("Points_number")
    FROM "cup"
    WHERE
      "Country_key" = 'south korea'
  )
ORDER BY
  row_index;

-- filter_less_than_rows
SELECT
  "Name"
FROM "cup"
WHERE
  "Date_date" < (
    SELECT
      MIN("Date_date")
    FROM "cup"
    WHERE
      "Name_key" = 'cy'
  )
ORDER BY
  row_index;

-- same_value
SELECT
  "Name"
FROM "cup"
WHERE
  NOT row_index IN (
    SELECT
      row_index
    FROM "cup"
    WHERE
      "Name_key" = 'ann van dam'
  )
  AND "Country_key" IN (
    SELECT
      "Country_key"
    FROM "cup"
    WHERE
      "Name_key" = 'ann van dam'
  )
ORDER BY
  row_index;

-- larger_set
SELECT
  "Country"
FROM "cup"
WHERE
  (
    (
      "Country_key" = 'france'
      AND (
        SELECT
          COUNT(*)
        FROM "cup"
        WHERE
          "Country_key" = 'france'
      ) >= (
        SELECT
          COUNT(*)
        FROM "cup"
        WHERE
          "Country_key" = 'italy'
      )
    )
    OR (
      "Country_key" = 'italy'
      AND (
        SELECT
          COUNT(*)
        FROM "cup"
        WHERE
          "Country_key" = 'italy'
      ) >= (
        SELECT
          COUNT(*)
        FROM "cup"
        WHERE
          "Country_key" = 'france'
      )
    )
  )
  AND "Country" IS NOT NULL
ORDER BY
  row_index;

-- smaller_set
SELECT
  "Country"
FROM "cup"
WHERE
  (
    (
      "Country_key" = 'france'
      AND (
        SELECT
          COUNT(*)
        FROM "cup"
        WHERE
          "Country_key" = 'france'
      ) <= (
        SELECT
          COUNT(*)
        FROM "cup"
        WHERE
          "Country_key" = 'italy'
      )
    )
    OR (
      "Country_key" = 'italy'
      AND (
        SELECT
          COUNT(*)
        FROM "cup"
        WHERE
          "Country_key" = 'italy'
      ) <= (
        SELECT
          COUNT(*)
        FROM "cup"
        WHERE
          "Country_key" = 'france'
      )
    )
  )
  AND "Country" IS NOT NULL
ORDER BY
  row_index;

-- which_greater
SELECT
  "Name"
FROM "cup"
WHERE
  (
    "Name_key" = 'bea'
    AND (
      SELECT
        MAX("Points_number")
      FROM "cup"
      WHERE
        "Name_key" = 'bea'
    ) >= (
      SELECT
        MAX("Points_number")
      FROM "cup"
      WHERE
        "Name_key" = 'eve'
    )
  )
  OR (
    "Name_key" = 'eve'
    AND (
      SELECT
        MAX("Points_number")
      FROM "cup"
      WHERE
        "Name_key" = 'eve'
    ) >= (
      SELECT
        MAX("Points_number")
      FROM "cup"
      WHERE
        "Name_key" = 'bea'
    )
  )
ORDER BY
  row_index;

-- which_less
SELECT
  "Name"
FROM "cup"
WHERE
  (
    "Name_key" = 'ann van dam'
    AND (
      SELECT
        MIN("Date_date")
      FROM "cup"
      WHERE
        "Name_key" = 'ann van dam'
    ) <= (
      SELECT
        MIN("Date_date")
      FROM "cup"
      WHERE
        "Name_key" = 'cy'
    )
  )
  OR (
    "Name_key" = 'cy'
    AND (
      SELECT
        MIN("Date_date")
      FROM "cup"
      WHERE
        "Name_key" = 'cy'
    ) <= (
      SELECT
        MIN("Date_date")
      FROM "cup"
      WHERE
        "Name_key" = 'ann van dam'
    )
  )
ORDER BY
  row_index;

-- argmax
SELECT
  "Name"
FROM "cup"
WHERE
  "Points_number" = (
    SELECT
      MAX("Points_number")
    FROM "cup"
  )
ORDER BY
  row_index;

-- argmax (date)
SELECT
  "Name"
FROM "cup"
WHERE
  "Date_date" = (
    SELECT
      MAX("Date_date")
    FROM "cup"
  )
ORDER BY
  row_index;

-- argmin
SELECT
  "Name"
FROM "cup"
WHERE
  "Points_number" = (
    SELECT
      MIN("Points_number")
    FROM "cup"
  )
ORDER BY
  row_index;

-- kth_max
SELECT
  "Name"
FROM "cup"
WHERE
  "Points_number" = (
    SELECT DISTINCT
      "Points_number"
    FROM "cup"
    WHERE
      "Points_number" IS NOT NULL
    ORDER BY
      "Points_number" DESC
    LIMIT 1
    OFFSET 1
  )
ORDER BY
  row_index;

-- kth_min
SELECT
  "Name"
FROM "cup"
WHERE
  "Date_date" = (
    SELECT DISTINCT
      "Date_date"
    FROM "cup"
    WHERE
      "Date_date" IS NOT NULL
    ORDER BY
      "Date_date" ASC
    LIMIT 1
    OFFSET 1
  )
ORDER BY
  row_index;

-- first
SELECT
  "Name"
FROM "cup"
WHERE
  row_index = (
    SELECT
      MIN(row_index)
    FROM "cup"
    WHERE
      "Points_number" > 7
  )
ORDER BY
  row_index;

-- last
SELECT
  "Name"
FROM "cup"
WHERE
  row_index = (
    SELECT
      MAX(row_index)
    FROM "cup"
  )
ORDER BY
  row_index;

-- kth_row
SELECT
  "Name"
FROM "cup"
WHERE
  row_index = (
    SELECT
      row_index
    FROM "cup"
    ORDER BY
      row_index
    LIMIT 1
    OFFSET 2
  )
ORDER BY
  row_index;

-- previous
SELECT
  "Name"
FROM "cup"
WHERE
  row_index IN (
    SELECT
      row_index - 1
    FROM "cup"
    WHERE
      "Name_key" = 'cy'
  )
ORDER BY
  row_index;

-- next
SELECT
  "Name"
FROM "cup"
WHERE
  row_index IN (
    SELECT
      row_index + 1
    FROM "cup"
    WHERE
      "Name_key" = 'cy'
  )
ORDER BY
  row_index;

-- above
SELECT
  "Name"
FROM "cup"
WHERE
  row_index < (
    SELECT
      MIN(row_index)
    FROM "cup"
    WHERE
      "Name_key" = 'cy'
  )
ORDER BY
  row_index;

-- below
SELECT
  COUNT(*)
FROM "cup"
WHERE
  row_index > (
    SELECT
      MAX(row_index)
    FROM "cup"
    WHERE
      "Name_key" = 'cy'
  );

-- union
SELECT
  "Name"
FROM "cup"
WHERE
  "Country_key" = 'italy' OR "Points_number" > 11
ORDER BY
  row_index;

-- intersect
SELECT
  "Name"
FROM "cup"
WHERE
  "Country_key" = 'france' AND SUBSTRING("Date_date", 1, 4) > '1950'
ORDER BY
  row_index;

-- except_rows
SELECT
  "Name"
FROM "cup"
WHERE
  NOT row_index IN (
    SELECT
      row_index
    FROM "cup"
    WHERE
      "Points_number" > 7
  )
ORDER BY
  row_index;

-- select
SELECT
  "Score_second_number"
FROM "cup"
WHERE
  row_index = (
    SELECT
      MIN(row_index)
    FROM "cup"
  )
  AND "Score_second_number" IS NOT NULL
ORDER BY
  row_index;

-- most_common_value
WITH counts_1 AS (
  SELECT
    COUNT(*) AS number_of_rows,
    MIN(row_index) AS first_row
  FROM "cup"
  WHERE
    "Country" IS NOT NULL
  GROUP BY
    "Country_key"
)
SELECT
  "Country"
FROM "cup"
WHERE
  row_index IN (
    SELECT
      first_row
    FROM counts_1
    WHERE
      number_of_rows = (
        SELECT
          MAX(number_of_rows)
        FROM counts_1
      )
  )
ORDER BY
  row_index;

-- least_common_value
WITH counts_1 AS (
  SELECT
    COUNT(*) AS number_of_rows,
    MIN(row_index) AS first_row
  FROM "cup"
  WHERE
    "Country" IS NOT NULL
  GROUP BY
    "Country_key"
)
SELECT
  "Country"
FROM "cup"
WHERE
  row_index IN (
    SELECT
      first_row
    FROM counts_1
    WHERE
      number_of_rows = (
        SELECT
          MIN(number_of_rows)
        FROM counts_1
      )
  )
ORDER BY
  row_index;

-- count_by_value
WITH counts_1 AS (
  SELECT
    COUNT(*) AS number_of_rows,
    MIN(row_index) AS first_row
  FROM "cup"
  WHERE
    "Country" IS NOT NULL
  GROUP BY
    "Country_key"
)
SELECT
  "Country",
  number_of_rows
FROM "cup"
JOIN counts_1
  ON row_index = first_row
ORDER BY
  row_index;

-- count
SELECT
  COUNT(*)
FROM "cup"
WHERE
  "Points_number" > 5;

-- count_distinct
SELECT
  COUNT(DISTINCT "Country_key")
FROM "cup";

-- number_of
SELECT
  CASE WHEN COUNT(DISTINCT "Points_number") = 1 THEN MAX("Points_number") END
FROM "cup"
WHERE
  "Country_key" = 'france';

-- number_of (several)
SELECT
  CASE WHEN COUNT(DISTINCT "Points_number") = 1 THEN MAX("Points_number") END
FROM "cup";

-- sum
SELECT
  SUM("Points_number")
FROM "cup";

-- average
SELECT
  AVG("Score_difference")
FROM "cup";

-- maximum
SELECT
  MAX("Date_year")
FROM "cup";

-- minimum
SELECT
  MIN("Members_item_count")
FROM "cup";

-- range
SELECT
  MAX("Name_length") - MIN("Name_length")
FROM "cup";

-- add
SELECT
  (
    SELECT
      MAX("Points_number")
    FROM "cup"
  ) + (
    SELECT
      MIN("Points_number")
    FROM "cup"
  );

-- subtract
SELECT
  (
    SELECT
      MIN("Points_number")
    FROM "cup"
  ) - (
    SELECT
      MAX("Points_number")
    FROM "cup"
  );

-- difference
SELECT
  ABS(
    (
      SELECT
        CASE WHEN COUNT(DISTINCT "Points_number") = 1 THEN MAX("Points_number") END
      FROM "cup"
      WHERE
        "Name_key" = 'eve'
    ) - (
      SELECT
        CASE WHEN COUNT(DISTINCT "Points_number") = 1 THEN MAX("Points_number") END
      FROM "cup"
      WHERE
        "Name_key" = 'cy'
    )
  );

-- multiply
SELECT
  (
    SELECT
      COUNT(*)
    FROM "cup"
  ) * (
    SELECT
      AVG("Points_number")
    FROM "cup"
  );

-- divide
SELECT
  CAST((
    SELECT
      COUNT(*)
    FROM "cup"
    WHERE
      "Country_key" = 'france'
  ) AS DOUBLE) / NULLIF((
    SELECT
      COUNT(*)
    FROM "cup"
  ), 0);

-- verdict_greater
SELECT
  CASE
    WHEN (
      SELECT
        MAX("Points_number")
      FROM "cup"
      WHERE
        "Name_key" = 'bea'
    ) > (
      SELECT
        MAX("Points_number")
      FROM "cup"
      WHERE
        "Name_key" = 'eve'
    )
    THEN 'more'
    WHEN (
      SELECT
        MAX("Points_number")
      FROM "cup"
      WHERE
        "Name_key" = 'bea'
    ) <= (
      SELECT
        MAX("Points_number")
      FROM "cup"
      WHERE
        "Name_key" = 'eve'
    )
    THEN 'less'
  END;

-- verdict_greater (date)
SELECT
  CASE
    WHEN (
      SELECT
        MAX("Date_date")
      FROM "cup"
      WHERE
        "Name_key" = 'bea'
    ) > (
      SELECT
        MAX("Date_date")
      FROM "cup"
      WHERE
        "Name_key" = 'cy'
    )
    THEN 'after'
    WHEN (
      SELECT
        MAX("Date_date")
      FROM "cup"
      WHERE
        "Name_key" = 'bea'
    ) <= (
      SELECT
        MAX("Date_date")
      FROM "cup"
      WHERE
        "Name_key" = 'cy'
    )
    THEN 'before'
  END;

-- verdict_same
SELECT
  CASE
    WHEN (
      SELECT
        COUNT(*)
      FROM "cup"
      WHERE
        "Name_key" = 'bea'
        AND "Country_key" IN (
          SELECT
            "Country_key"
          FROM "cup"
          WHERE
            "Name_key" = 'flo'
        )
    ) > 0
    THEN 'yes'
    WHEN (
      SELECT
        COUNT("Country_key")
      FROM "cup"
      WHERE
        "Name_key" = 'bea'
    ) > 0
    AND (
      SELECT
        COUNT("Country_key")
      FROM "cup"
      WHERE
        "Name_key" = 'flo'
    ) > 0
    THEN 'no'
  END;

-- verdict_more_rows
SELECT
  CASE
    WHEN (
      SELECT
        COUNT(*)
      FROM "cup"
      WHERE
        "Country_key" = 'italy'
    ) > (
      SELECT
        COUNT(*)
      FROM "cup"
      WHERE
        "Country_key" = 'france'
    )
    THEN 'Italy'
    ELSE 'France'
  END;

-- verdict_listed_before
SELECT
  CASE
    WHEN (
      SELECT
        MIN(row_index)
      FROM "cup"
      WHERE
        "Name_key" = 'cy'
    ) < (
      SELECT
        MIN(row_index)
      FROM "cup"
      WHERE
        "Name_key" = 'eve'
    )
    THEN 'above'
    WHEN (
      SELECT
        MIN(row_index)
      FROM "cup"
      WHERE
        "Name_key" = 'cy'
    ) >= (
      SELECT
        MIN(row_index)
      FROM "cup"
      WHERE
        "Name_key" = 'eve'
    )
    THEN 'below'
  END;

-- verdict_any_rows
SELECT
  CASE
    WHEN (
      SELECT
        COUNT(*)
      FROM "cup"
      WHERE
        "Points_number" > 100
    ) > 0
    THEN 'yes'
    ELSE 'no'
  END;

-- verdict_exceeds
SELECT
  CASE
    WHEN (
      SELECT
        AVG("Points_number")
      FROM "cup"
    ) > CAST(7 AS DOUBLE)
    THEN 'above'
    WHEN (
      SELECT
        AVG("Points_number")
      FROM "cup"
    ) <= CAST(7 AS DOUBLE)
    THEN 'below'
  END;

-- with_unit
SELECT
  CASE
    WHEN (
      SELECT
        MAX("Date_year") - MIN("Date_year")
      FROM "cup"
    ) = 1
    THEN '1 year'
    WHEN ABS((
      SELECT
        MAX("Date_year") - MIN("Date_year")
      FROM "cup"
    )) < 1000000000000000e0
    AND (
      SELECT
        MAX("Date_year") - MIN("Date_year")
      FROM "cup"
    ) = TRY_CAST((
      SELECT
        MAX("Date_year") - MIN("Date_year")
      FROM "cup"
    ) AS BIGINT)
    THEN CAST(TRY_CAST((
      SELECT
        MAX("Date_year") - MIN("Date_year")
      FROM "cup"
    ) AS BIGINT) AS TEXT) || ' years'
  END;

-- given_number
SELECT
  ABS((
    SELECT
      MAX("Date_year")
    FROM "cup"
  ) - CAST(1940 AS DOUBLE));

-- divide (by zero)
SELECT
  CAST((
    SELECT
      COUNT(*)
    FROM "cup"
  ) AS DOUBLE) / NULLIF((
    SELECT
      COUNT(*)
    FROM "cup"
    WHERE
      "Country_key" = 'peru'
  ), 0);

-- most points in a country
SELECT
  "Name"
FROM "cup"
WHERE
  "Country_key" = 'south korea'
  AND "Points_number" = (
    SELECT
      MAX("Points_number")
    FROM "cup"
    WHERE
      "Country_key" = 'south korea'
  )
ORDER BY
  row_index;

-- two filters
SELECT
  "Name"
FROM "cup"
WHERE
  "Points_number" > 3 AND "Points_number" < 12 AND "Date_date" IS NOT NULL
ORDER BY
  row_index;

-- a superlative of superlatives
WITH step_1 AS (
  SELECT
    *
  FROM "cup"
  WHERE
    "Points_number" = (
      SELECT
        MAX("Points_number")
      FROM "cup"
    )
), step_2 AS (
  SELECT
    *
  FROM step_1
  WHERE
    "Date_date" = (
      SELECT
        MIN("Date_date")
      FROM step_1
    )
)
SELECT
  "Name"
FROM step_2
WHERE
  "Score_difference" = (
    SELECT
      MAX("Score_difference")
    FROM step_2
  )
ORDER BY
  row_index;

-- a filter after a superlative
SELECT
  "Name"
FROM "cup"
WHERE
  "Points_number" = (
    SELECT
      MAX("Points_number")
    FROM "cup"
  )
  AND SUBSTRING("Date_date", 1, 4) < '1951'
ORDER BY
  row_index;

-- the row after the last of several
SELECT
  "Name"
FROM "cup"
WHERE
  row_index IN (
    SELECT
      row_index + 1
    FROM "cup"
    WHERE
      row_index = (
        SELECT
          MAX(row_index)
        FROM "cup"
        WHERE
          "Country_key" = 'france'
      )
  )
ORDER BY
  row_index;

-- others with the same value
WITH step_1 AS (
  SELECT
    *
  FROM "cup"
  WHERE
    "Points_number" = (
      SELECT
        MAX("Points_number")
      FROM "cup"
    )
)
SELECT
  COUNT(*)
FROM "cup"
WHERE
  NOT row_index IN (
    SELECT
      row_index
    FROM step_1
  )
  AND "Country_key" IN (
    SELECT
      "Country_key"
    FROM step_1
  )
  AND "Points_number" > 5;

-- the most common value of some
WITH counts_1 AS (
  SELECT
    COUNT(*) AS number_of_rows,
    MIN(row_index) AS first_row
  FROM "cup"
  WHERE
    SUBSTRING("Date_date", 1, 4) > '1949' AND "Country" IS NOT NULL
  GROUP BY
    "Country_key"
)
SELECT
  "Country"
FROM "cup"
WHERE
  row_index IN (
    SELECT
      first_row
    FROM counts_1
    WHERE
      number_of_rows = (
        SELECT
          MAX(number_of_rows)
        FROM counts_1
      )
  )
ORDER BY
  row_index;

-- all but the best
WITH step_1 AS (
  SELECT
    *
  FROM "cup"
  WHERE
    NOT row_index IN (
      SELECT
        row_index
      FROM "cup"
      WHERE
        "Points_number" = (
          SELECT
            MAX("Points_number")
          FROM "cup"
        )
    )
)
SELECT
  "Name"
FROM step_1
WHERE
  "Points_number" = (
    SELECT
      MAX("Points_number")
    FROM step_1
  )
ORDER BY
  row_index;

-- a share
SELECT
  CAST((
    SELECT
      SUM("Points_number")
    FROM "cup"
    WHERE
      "Country_words" LIKE '% korea %'
  ) AS DOUBLE) / NULLIF((
    SELECT
      SUM("Points_number")
    FROM "cup"
  ), 0);

-- nested arithmetic
SELECT
  (
    (
      (
        SELECT
          MAX("Score_number")
        FROM "cup"
      ) + (
        SELECT
          MIN("Score_number")
        FROM "cup"
      )
    ) - (
      SELECT
        COUNT(*)
      FROM "cup"
    )
  ) * (
    (
      SELECT
        MAX("Score_number")
      FROM "cup"
    ) + (
      SELECT
        MIN("Score_number")
      FROM "cup"
    )
  );

-- a larger set of unions
SELECT
  "Name"
FROM "cup"
WHERE
  (
    (
      "Country_words" LIKE '% korea %' OR "Country_key" = 'italy'
    )
    AND (
      SELECT
        COUNT(*)
      FROM "cup"
      WHERE
        "Country_words" LIKE '% korea %' OR "Country_key" = 'italy'
    ) >= (
      SELECT
        COUNT(*)
      FROM "cup"
      WHERE
        "Country_key" = 'france'
    )
  )
  OR (
    "Country_key" = 'france'
    AND (
      SELECT
        COUNT(*)
      FROM "cup"
      WHERE
        "Country_key" = 'france'
    ) >= (
      SELECT
        COUNT(*)
      FROM "cup"
      WHERE
        "Country_words" LIKE '% korea %' OR "Country_key" = 'italy'
    )
  )
ORDER BY
  row_index;
