-- total_rows
SELECT
  Points_number
FROM cup
WHERE
  is_total = 1 AND Points_number IS NOT NULL
ORDER BY
  row_index;

-- all_rows
SELECT
  Name
FROM cup
ORDER BY
  row_index;

-- filter_equals
SELECT
  Name
FROM cup
WHERE
  Country = 'France'
ORDER BY
  row_index;

-- filter_equals (date)
SELECT
  Name
FROM cup
WHERE
  Date_date LIKE '1950-05%'
ORDER BY
  row_index;

-- filter_not_equals
SELECT
  Name
FROM cup
WHERE
  Points_number <> 12
ORDER BY
  row_index;

-- filter_not_equals (date)
SELECT
  Date_date
FROM cup
WHERE
  Date_date <> '1950-05-21' AND Date_date <> '1950-05'
ORDER BY
  row_index;

-- filter_greater
SELECT
  Points_number
FROM cup
WHERE
  Points_number > 7
ORDER BY
  row_index;

-- filter_greater (date)
SELECT
  Date
FROM cup
WHERE
  Date_date >= '1950-06' AND Date IS NOT NULL
ORDER BY
  row_index;

-- filter_greater_equal
SELECT
  Name
FROM cup
WHERE
  Date_date >= '1950-05-21'
ORDER BY
  row_index;

-- filter_less
SELECT
  Name
FROM cup
WHERE
  Date_date < '1950-05-21' AND Date_date <> '1950-05'
ORDER BY
  row_index;

-- filter_less_equal
SELECT
  Name
FROM cup
WHERE
  Points_number <= 7
ORDER BY
  row_index;

-- filter_less_equal (date)
SELECT
  Name
FROM cup
WHERE
  Date_date < '1951'
ORDER BY
  row_index;

-- filter_between
SELECT
  Name
FROM cup
WHERE
  Points_number BETWEEN 3 AND 9.5
ORDER BY
  row_index;

-- filter_between (date)
SELECT
  Name
FROM cup
WHERE
  Date_date >= '1950' AND Date_date < '1952'
ORDER BY
  row_index;

-- filter_contains
SELECT
  Name
FROM cup
WHERE
  Name LIKE '%van%'
ORDER BY
  row_index;

-- filter_not_contains
SELECT
  Name
FROM cup
WHERE
  Country NOT LIKE '%Korea%'
ORDER BY
  row_index;

-- filter_any
SELECT
  Name
FROM cup
WHERE
  Country IN ('France', 'Italy')
ORDER BY
  row_index;

-- filter_contains_any
SELECT
  Name
FROM cup
WHERE
  Name LIKE '%Bea%' OR Name LIKE '%Dam%'
ORDER BY
  row_index;

-- filter_has_item
SELECT
  Name
FROM cup
WHERE
  Members_list LIKE '%|yu|%'
ORDER BY
  row_index;

-- filter_not_empty
SELECT
  COUNT(*)
FROM cup
WHERE
  Points_number IS NOT NULL;

-- filter_empty
SELECT
  Name
FROM cup
WHERE
  Country IS NULL
ORDER BY
  row_index;

-- filter_above
SELECT
  Name
FROM cup
WHERE
  Points_number > (
    SELECT
      AVG(Points_number)
    FROM cup
  )
ORDER BY
  row_index;

-- filter_below
SELECT
  COUNT(*)
FROM cup
WHERE
  Points_number < (
    SELECT
      AVG(Points_number)
    FROM cup
  );

-- filter_greater_than_rows
SELECT
  Name
FROM cup
WHERE
  Points_number > (
    SELECT
      MAX(Points_number)
    FROM cup
    WHERE
      Country = 'South Korea'
  )
ORDER BY
  row_index;

-- filter_less_than_rows
SELECT
  Name
FROM cup
WHERE
  Date_date < (
    SELECT
      Date_date
    FROM cup
    WHERE
      Name = 'Cy'
  )
ORDER BY
  row_index;

-- same_value
SELECT
  Name
FROM cup
WHERE
  Name <> 'Ann van Dam'
  AND Country = (
    SELECT
      Country
    FROM cup
    WHERE
      Name = 'Ann van Dam'
  )
ORDER BY
  row_index;

-- larger_set
WITH figures AS (
  SELECT
    (
      SELECT
        COUNT(*)
      FROM cup
      WHERE
        Country = 'France'
    ) AS first_figure,
    (
      SELECT
        COUNT(*)
      FROM cup
      WHERE
        Country = 'Italy'
    ) AS second_figure
)
SELECT
  Country
FROM cup
WHERE
  (
    (
      Country = 'France'
      AND EXISTS(
        SELECT
          1
        FROM figures
        WHERE
          first_figure >= second_figure
      )
    )
    OR (
      Country = 'Italy'
      AND EXISTS(
        SELECT
          1
        FROM figures
        WHERE
          second_figure >= first_figure
      )
    )
  )
  AND Country IS NOT NULL
ORDER BY
  row_index;

-- smaller_set
WITH figures AS (
  SELECT
    (
      SELECT
        COUNT(*)
      FROM cup
      WHERE
        Country = 'France'
    ) AS first_figure,
    (
      SELECT
        COUNT(*)
      FROM cup
      WHERE
        Country = 'Italy'
    ) AS second_figure
)
SELECT
  Country
FROM cup
WHERE
  (
    (
      Country = 'France'
      AND EXISTS(
        SELECT
          1
        FROM figures
        WHERE
          first_figure <= second_figure
      )
    )
    OR (
      Country = 'Italy'
      AND EXISTS(
        SELECT
          1
        FROM figures
        WHERE
          second_figure <= first_figure
      )
    )
  )
  AND Country IS NOT NULL
ORDER BY
  row_index;

-- which_greater
WITH figures AS (
  SELECT
    (
      SELECT
        Points_number
      FROM cup
      WHERE
        Name = 'Bea'
    ) AS first_figure,
    (
      SELECT
        Points_number
      FROM cup
      WHERE
        Name = 'Eve'
    ) AS second_figure
)
SELECT
  Name
FROM cup
WHERE
  (
    Name = 'Bea'
    AND EXISTS(
      SELECT
        1
      FROM figures
      WHERE
        first_figure >= second_figure
    )
  )
  OR (
    Name = 'Eve'
    AND EXISTS(
      SELECT
        1
      FROM figures
      WHERE
        second_figure >= first_figure
    )
  )
ORDER BY
  row_index;

-- which_less
WITH figures AS (
  SELECT
    (
      SELECT
        Date_date
      FROM cup
      WHERE
        Name = 'Ann van Dam'
    ) AS first_figure,
    (
      SELECT
        Date_date
      FROM cup
      WHERE
        Name = 'Cy'
    ) AS second_figure
)
SELECT
  Name
FROM cup
WHERE
  (
    Name = 'Ann van Dam'
    AND EXISTS(
      SELECT
        1
      FROM figures
      WHERE
        first_figure <= second_figure
    )
  )
  OR (
    Name = 'Cy'
    AND EXISTS(
      SELECT
        1
      FROM figures
      WHERE
        second_figure <= first_figure
    )
  )
ORDER BY
  row_index;

-- argmax
SELECT
  Name
FROM cup
WHERE
  Points_number = (
    SELECT
      MAX(Points_number)
    FROM cup
  )
ORDER BY
  row_index;

-- argmax (date)
SELECT
  Name
FROM cup
WHERE
  Date_date = (
    SELECT
      MAX(Date_date)
    FROM cup
  )
ORDER BY
  row_index;

-- argmin
SELECT
  Name
FROM cup
WHERE
  Points_number = (
    SELECT
      MIN(Points_number)
    FROM cup
  )
ORDER BY
  row_index;

-- kth_max
SELECT
  Name
FROM cup
WHERE
  Points_number = (
    SELECT DISTINCT
      Points_number
    FROM cup
    WHERE
      Points_number IS NOT NULL
    ORDER BY
      Points_number DESC
    OFFSET 1
    LIMIT 1
  )
ORDER BY
  row_index;

-- kth_min
SELECT
  Name
FROM cup
WHERE
  Date_date = (
    SELECT DISTINCT
      Date_date
    FROM cup
    WHERE
      Date_date IS NOT NULL
    ORDER BY
      Date_date
    OFFSET 1
    LIMIT 1
  )
ORDER BY
  row_index;

-- first
SELECT
  Name
FROM cup
WHERE
  Points_number > 7
ORDER BY
  row_index
LIMIT 1;

-- last
SELECT
  Name
FROM cup
ORDER BY
  row_index DESC
LIMIT 1;

-- kth_row
SELECT
  Name
FROM cup
ORDER BY
  row_index
OFFSET 2
LIMIT 1;

-- previous
SELECT
  Name
FROM cup
WHERE
  row_index = (
    SELECT
      row_index - 1
    FROM cup
    WHERE
      Name = 'Cy'
  );

-- next
SELECT
  Name
FROM cup
WHERE
  row_index = (
    SELECT
      row_index + 1
    FROM cup
    WHERE
      Name = 'Cy'
  );

-- above
SELECT
  Name
FROM cup
WHERE
  row_index < (
    SELECT
      row_index
    FROM cup
    WHERE
      Name = 'Cy'
  )
ORDER BY
  row_index;

-- below
SELECT
  COUNT(*)
FROM cup
WHERE
  row_index > (
    SELECT
      row_index
    FROM cup
    WHERE
      Name = 'Cy'
  );

-- union
SELECT
  Name
FROM cup
WHERE
  Country = 'Italy' OR Points_number > 11
ORDER BY
  row_index;

-- intersect
SELECT
  Name
FROM cup
WHERE
  Country = 'France' AND Date_date >= '1951'
ORDER BY
  row_index;

-- except_rows
SELECT
  Name
FROM cup
WHERE
  Points_number <= 7 OR Points_number IS NULL
ORDER BY
  row_index;

-- select
SELECT
  Score_second_number
FROM cup
WHERE
  row_index = (
    SELECT
      MIN(row_index)
    FROM cup
  )
  AND Score_second_number IS NOT NULL;

-- most_common_value
WITH counts AS (
  SELECT
    Country,
    COUNT(*) AS number_of_rows,
    MIN(row_index) AS first_row
  FROM cup
  WHERE
    Country IS NOT NULL
  GROUP BY
    Country
)
SELECT
  Country
FROM counts
WHERE
  number_of_rows = (
    SELECT
      MAX(number_of_rows)
    FROM counts
  )
ORDER BY
  first_row;

-- least_common_value
WITH counts AS (
  SELECT
    Country,
    COUNT(*) AS number_of_rows,
    MIN(row_index) AS first_row
  FROM cup
  WHERE
    Country IS NOT NULL
  GROUP BY
    Country
)
SELECT
  Country
FROM counts
WHERE
  number_of_rows = (
    SELECT
      MIN(number_of_rows)
    FROM counts
  )
ORDER BY
  first_row;

-- count_by_value
SELECT
  Country,
  COUNT(*) AS number_of_rows
FROM cup
WHERE
  Country IS NOT NULL
GROUP BY
  Country
ORDER BY
  MIN(row_index);

-- count
SELECT
  COUNT(*)
FROM cup
WHERE
  Points_number > 5;

-- count_distinct
SELECT
  COUNT(DISTINCT Country)
FROM cup;

-- number_of
SELECT
  CASE WHEN COUNT(DISTINCT Points_number) = 1 THEN MAX(Points_number) END
FROM cup
WHERE
  Country = 'France';

-- number_of (several)
SELECT
  CASE WHEN COUNT(DISTINCT Points_number) = 1 THEN MAX(Points_number) END
FROM cup;

-- sum
SELECT
  SUM(Points_number)
FROM cup;

-- average
SELECT
  AVG(Score_difference)
FROM cup;

-- maximum
SELECT
  MAX(Date_year)
FROM cup;

-- minimum
SELECT
  MIN(Members_item_count)
FROM cup;

-- range
SELECT
  MAX(Name_length) - MIN(Name_length)
FROM cup;

-- add
SELECT
  MAX(Points_number) + MIN(Points_number)
FROM cup;

-- subtract
SELECT
  MIN(Points_number) - MAX(Points_number)
FROM cup;

-- difference
SELECT
  ABS(
    (
      SELECT
        Points_number
      FROM cup
      WHERE
        Name = 'Eve'
    ) - (
      SELECT
        Points_number
      FROM cup
      WHERE
        Name = 'Cy'
    )
  );

-- multiply
SELECT
  COUNT(*) * AVG(Points_number)
FROM cup;

-- divide
SELECT
  CAST((
    SELECT
      COUNT(*)
    FROM cup
    WHERE
      Country = 'France'
  ) AS DOUBLE) / NULLIF((
    SELECT
      COUNT(*)
    FROM cup
  ), 0);

-- verdict_greater
WITH figures AS (
  SELECT
    (
      SELECT
        Points_number
      FROM cup
      WHERE
        Name = 'Bea'
    ) AS first_figure,
    (
      SELECT
        Points_number
      FROM cup
      WHERE
        Name = 'Eve'
    ) AS second_figure
)
SELECT
  CASE
    WHEN first_figure > second_figure
    THEN 'more'
    WHEN first_figure <= second_figure
    THEN 'less'
  END
FROM figures;

-- verdict_greater (date)
WITH figures AS (
  SELECT
    (
      SELECT
        Date_date
      FROM cup
      WHERE
        Name = 'Bea'
    ) AS first_figure,
    (
      SELECT
        Date_date
      FROM cup
      WHERE
        Name = 'Cy'
    ) AS second_figure
)
SELECT
  CASE
    WHEN first_figure > second_figure
    THEN 'after'
    WHEN first_figure <= second_figure
    THEN 'before'
  END
FROM figures;

-- verdict_same
WITH figures AS (
  SELECT
    (
      SELECT
        Country
      FROM cup
      WHERE
        Name = 'Bea'
    ) AS first_figure,
    (
      SELECT
        Country
      FROM cup
      WHERE
        Name = 'Flo'
    ) AS second_figure
)
SELECT
  CASE
    WHEN first_figure = second_figure
    THEN 'yes'
    WHEN first_figure <> second_figure
    THEN 'no'
  END
FROM figures;

-- verdict_more_rows
SELECT
  CASE
    WHEN (
      SELECT
        COUNT(*)
      FROM cup
      WHERE
        Country = 'Italy'
    ) > (
      SELECT
        COUNT(*)
      FROM cup
      WHERE
        Country = 'France'
    )
    THEN 'Italy'
    ELSE 'France'
  END;

-- verdict_listed_before
WITH figures AS (
  SELECT
    (
      SELECT
        row_index
      FROM cup
      WHERE
        Name = 'Cy'
    ) AS first_figure,
    (
      SELECT
        row_index
      FROM cup
      WHERE
        Name = 'Eve'
    ) AS second_figure
)
SELECT
  CASE
    WHEN first_figure < second_figure
    THEN 'above'
    WHEN first_figure >= second_figure
    THEN 'below'
  END
FROM figures;

-- verdict_any_rows
SELECT
  CASE WHEN COUNT(*) > 0 THEN 'yes' ELSE 'no' END
FROM cup
WHERE
  Points_number > 100;

-- verdict_exceeds
SELECT
  CASE
    WHEN AVG(Points_number) > 7
    THEN 'above'
    WHEN AVG(Points_number) <= 7
    THEN 'below'
  END
FROM cup;

-- with_unit
WITH figures AS (
  SELECT
    MAX(Date_year) - MIN(Date_year) AS figure
  FROM cup
)
SELECT
  CASE
    WHEN figure = 1
    THEN '1 year'
    WHEN figure IS NOT NULL
    THEN CAST(CAST(figure AS BIGINT) AS VARCHAR) || ' years'
  END
FROM figures;

-- given_number
SELECT
  ABS(MAX(Date_year) - 1940)
FROM cup;

-- divide (by zero)
SELECT
  CAST((
    SELECT
      COUNT(*)
    FROM cup
  ) AS DOUBLE) / NULLIF((
    SELECT
      COUNT(*)
    FROM cup
    WHERE
      Country = 'Peru'
  ), 0);

-- most points in a country
SELECT
  Name
FROM cup
WHERE
  Country = 'South Korea'
  AND Points_number = (
    SELECT
      MAX(Points_number)
    FROM cup
    WHERE
      Country = 'South Korea'
  )
ORDER BY
  row_index;

-- two filters
SELECT
  Name
FROM cup
WHERE
  Points_number > 3 AND Points_number < 12 AND Date_date IS NOT NULL
ORDER BY
  row_index;

-- a superlative of superlatives
WITH step_1 AS (
  SELECT
    *
  FROM cup
  WHERE
    Points_number = (
      SELECT
        MAX(Points_number)
      FROM cup
    )
), step_2 AS (
  SELECT
    *
  FROM step_1
  WHERE
    Date_date = (
      SELECT
        MIN(Date_date)
      FROM step_1
    )
)
SELECT
  Name
FROM step_2
WHERE
  Score_difference = (
    SELECT
      MAX(Score_difference)
    FROM step_2
  )
ORDER BY
  row_index;

-- a filter after a superlative
SELECT
  Name
FROM cup
WHERE
  Points_number = (
    SELECT
      MAX(Points_number)
    FROM cup
  )
  AND Date_date < '1951'
ORDER BY
  row_index;

-- the row after the last of several
SELECT
  Name
FROM cup
WHERE
  row_index = (
    SELECT
      MAX(row_index) + 1
    FROM cup
    WHERE
      Country = 'France'
  );

-- others with the same value
WITH step_1 AS (
  SELECT
    *
  FROM cup
  WHERE
    Points_number = (
      SELECT
        MAX(Points_number)
      FROM cup
    )
)
SELECT
  COUNT(*)
FROM cup
WHERE
  row_index NOT IN (
    SELECT
      row_index
    FROM step_1
  )
  AND Country IN (
    SELECT
      Country
    FROM step_1
  )
  AND Points_number > 5;

-- the most common value of some
WITH counts AS (
  SELECT
    Country,
    COUNT(*) AS number_of_rows,
    MIN(row_index) AS first_row
  FROM cup
  WHERE
    Date_date >= '1950' AND Country IS NOT NULL
  GROUP BY
    Country
)
SELECT
  Country
FROM counts
WHERE
  number_of_rows = (
    SELECT
      MAX(number_of_rows)
    FROM counts
  )
ORDER BY
  first_row;

-- all but the best
WITH step_2 AS (
  SELECT
    *
  FROM cup
  WHERE
    Points_number <> (
      SELECT
        MAX(Points_number)
      FROM cup
    )
    OR Points_number IS NULL
)
SELECT
  Name
FROM step_2
WHERE
  Points_number = (
    SELECT
      MAX(Points_number)
    FROM step_2
  )
ORDER BY
  row_index;

-- a share
SELECT
  (
    SELECT
      SUM(Points_number)
    FROM cup
    WHERE
      Country LIKE '%Korea%'
  ) / NULLIF((
    SELECT
      SUM(Points_number)
    FROM cup
  ), 0);

-- nested arithmetic
SELECT
  (
    (
      MAX(Score_number) + MIN(Score_number)
    ) - COUNT(*)
  ) * (
    MAX(Score_number) + MIN(Score_number)
  )
FROM cup;

-- a larger set of unions
WITH figures AS (
  SELECT
    (
      SELECT
        COUNT(*)
      FROM cup
      WHERE
        Country LIKE '%Korea%' OR Country = 'Italy'
    ) AS first_figure,
    (
      SELECT
        COUNT(*)
      FROM cup
      WHERE
        Country = 'France'
    ) AS second_figure
)
SELECT
  Name
FROM cup
WHERE
  (
    (
      Country LIKE '%Korea%' OR Country = 'Italy'
    )
    AND EXISTS(
      SELECT
        1
      FROM figures
      WHERE
        first_figure >= second_figure
    )
  )
  OR (
    Country = 'France'
    AND EXISTS(
      SELECT
        1
      FROM figures
      WHERE
        second_figure >= first_figure
    )
  )
ORDER BY
  row_index;

-- the greatest of two groups
SELECT
  Name
FROM cup
WHERE
  Country IN ('France', 'Italy')
  AND Points_number = (
    SELECT
      MAX(Points_number)
    FROM cup
    WHERE
      Country IN ('France', 'Italy')
  )
ORDER BY
  row_index;

-- a difference of two rows
SELECT
  (
    SELECT
      MAX(Points_number)
    FROM cup
    WHERE
      Country = 'France'
  ) - (
    SELECT
      MIN(Points_number)
    FROM cup
    WHERE
      Country = 'South Korea'
  );

-- the second best of the rest
SELECT
  Country
FROM cup
WHERE
  Country <> 'France'
  AND Points_number = (
    SELECT DISTINCT
      Points_number
    FROM cup
    WHERE
      Country <> 'France' AND Points_number IS NOT NULL
    ORDER BY
      Points_number DESC
    OFFSET 1
    LIMIT 1
  )
ORDER BY
  row_index;

-- rows between two rows
SELECT
  COUNT(*)
FROM cup
WHERE
  row_index > (
    SELECT
      row_index
    FROM cup
    WHERE
      Name = 'Bea'
  )
  AND row_index < (
    SELECT
      row_index
    FROM cup
    WHERE
      Name = 'Eve'
  );

-- years between two rows
WITH figures AS (
  SELECT
    ABS(
      (
        SELECT
          Date_year
        FROM cup
        WHERE
          Name = 'Ann van Dam'
      ) - (
        SELECT
          Date_year
        FROM cup
        WHERE
          Name = 'Flo'
      )
    ) AS figure
)
SELECT
  CASE
    WHEN figure = 1
    THEN '1 year'
    WHEN figure IS NOT NULL
    THEN CAST(CAST(figure AS BIGINT) AS VARCHAR) || ' years'
  END
FROM figures;

-- an average with its unit
WITH figures AS (
  SELECT
    AVG(Points_number) AS figure
  FROM cup
)
SELECT
  CASE
    WHEN figure = 1
    THEN '1 point'
    WHEN ABS(figure) >= 1e15
    THEN NULL
    WHEN figure = CAST(figure AS BIGINT)
    THEN CAST(CAST(figure AS BIGINT) AS VARCHAR) || ' points'
  END
FROM figures;

-- how many with the most common value
WITH figures AS (
  SELECT
    (
      SELECT
        COUNT(*)
      FROM cup
      WHERE
        Country = 'France'
    ) AS first_figure,
    (
      SELECT
        COUNT(*)
      FROM cup
      WHERE
        Country = 'South Korea'
    ) AS second_figure
)
SELECT
  COUNT(*)
FROM cup
WHERE
  (
    Country = 'France'
    AND EXISTS(
      SELECT
        1
      FROM figures
      WHERE
        first_figure >= second_figure
    )
  )
  OR (
    Country = 'South Korea'
    AND EXISTS(
      SELECT
        1
      FROM figures
      WHERE
        second_figure >= first_figure
    )
  );

-- the first after another
SELECT
  Country
FROM cup
WHERE
  row_index = (
    SELECT
      MIN(row_index)
    FROM cup
    WHERE
      row_index > (
        SELECT
          row_index
        FROM cup
        WHERE
          Name = 'Bea'
      )
      AND Country IS NOT NULL
  )
  AND Country IS NOT NULL;

-- the last but one
SELECT
  Name
FROM cup
WHERE
  row_index = (
    SELECT
      MAX(row_index) - 1
    FROM cup
  );

-- three conditions and the least
WITH step_3 AS (
  SELECT
    *
  FROM cup
  WHERE
    Points_number > 3 AND Date_date IS NOT NULL AND Country LIKE '%Korea%'
)
SELECT
  Name
FROM step_3
WHERE
  Points_number = (
    SELECT
      MIN(Points_number)
    FROM step_3
  )
ORDER BY
  row_index;

-- above the average of a group
SELECT
  Name
FROM cup
WHERE
  Points_number > (
    SELECT
      AVG(Points_number)
    FROM cup
    WHERE
      Country LIKE '%Korea%'
  )
ORDER BY
  row_index;

-- the same place as the best
WITH step_1 AS (
  SELECT
    *
  FROM cup
  WHERE
    Date_date = (
      SELECT
        MAX(Date_date)
      FROM cup
    )
)
SELECT
  Name
FROM cup
WHERE
  row_index NOT IN (
    SELECT
      row_index
    FROM step_1
  )
  AND Country IN (
    SELECT
      Country
    FROM step_1
  )
ORDER BY
  row_index;

-- whether the best is above the worst
SELECT
  CASE
    WHEN MAX(Points_number) > MIN(Points_number)
    THEN 'yes'
    WHEN MAX(Points_number) <= MIN(Points_number)
    THEN 'no'
  END
FROM cup;

-- a value counted among some
SELECT
  Country,
  COUNT(*) AS number_of_rows
FROM cup
WHERE
  Points_number >= 7 AND Country IS NOT NULL
GROUP BY
  Country
ORDER BY
  MIN(row_index);

-- the rarest value of some
WITH counts AS (
  SELECT
    Country,
    COUNT(*) AS number_of_rows,
    MIN(row_index) AS first_row
  FROM cup
  WHERE
    Date_date >= '1950' AND Country IS NOT NULL
  GROUP BY
    Country
)
SELECT
  Country
FROM counts
WHERE
  number_of_rows = (
    SELECT
      MIN(number_of_rows)
    FROM counts
  )
ORDER BY
  first_row;

-- neither of two
SELECT
  SUM(Points_number)
FROM cup
WHERE
  Name NOT IN ('Bea', 'Cy');

-- twice a number
SELECT
  SUM(Points_number) * 2.5
FROM cup;

-- a count less a number
SELECT
  10 - COUNT(*)
FROM cup
WHERE
  Country = 'France';

-- a later date in a month
SELECT
  Date_date
FROM cup
WHERE
  Date_date >= '1951'
  AND Date_date = (
    SELECT
      MIN(Date_date)
    FROM cup
    WHERE
      Date_date >= '1951'
  )
ORDER BY
  row_index;

-- lists with one item or another
SELECT
  COUNT(*)
FROM cup
WHERE
  Members_list LIKE '%|yu|%' OR Members_list LIKE '%|zoe|%';

-- the third and what follows
SELECT
  Name
FROM cup
WHERE
  row_index = (
    SELECT
      row_index
    FROM cup
    ORDER BY
      row_index
    OFFSET 2
    LIMIT 1
  ) + 1;
