-- postgres: filter_has_item
SELECT
  "Name"
FROM "cup"
WHERE
  POSITION('|yu|' IN "Members_list") > 0
ORDER BY
  row_index;

-- postgres: kth_row
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

-- postgres: kth_min
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

-- postgres: divide
SELECT
  CAST((
    SELECT
      COUNT(*)
    FROM "cup"
    WHERE
      "Country_key" = 'france'
  ) AS DOUBLE PRECISION) / NULLIF((
    SELECT
      COUNT(*)
    FROM "cup"
  ), 0);

-- postgres: count_by_value
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

-- postgres: all but the best
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

-- mysql: filter_has_item
SELECT
  `Name`
FROM `cup`
WHERE
  LOCATE('|yu|', `Members_list`) > 0
ORDER BY
  row_index;

-- mysql: kth_row
SELECT
  `Name`
FROM `cup`
WHERE
  row_index = (
    SELECT
      row_index
    FROM `cup`
    ORDER BY
      row_index
    LIMIT 1
    OFFSET 2
  )
ORDER BY
  row_index;

-- mysql: kth_min
SELECT
  `Name`
FROM `cup`
WHERE
  `Date_date` = (
    SELECT DISTINCT
      `Date_date`
    FROM `cup`
    WHERE
      `Date_date` IS NOT NULL
    ORDER BY
      `Date_date` ASC
    LIMIT 1
    OFFSET 1
  )
ORDER BY
  row_index;

-- mysql: divide
SELECT
  CAST((
    SELECT
      COUNT(*)
    FROM `cup`
    WHERE
      `Country_key` = 'france'
  ) AS DOUBLE) / NULLIF((
    SELECT
      COUNT(*)
    FROM `cup`
  ), 0);

-- mysql: count_by_value
WITH counts_1 AS (
  SELECT
    COUNT(*) AS number_of_rows,
    MIN(row_index) AS first_row
  FROM `cup`
  WHERE
    `Country` IS NOT NULL
  GROUP BY
    `Country_key`
)
SELECT
  `Country`,
  number_of_rows
FROM `cup`
JOIN counts_1
  ON row_index = first_row
ORDER BY
  row_index;

-- mysql: all but the best
WITH step_1 AS (
  SELECT
    *
  FROM `cup`
  WHERE
    NOT row_index IN (
      SELECT
        row_index
      FROM `cup`
      WHERE
        `Points_number` = (
          SELECT
            MAX(`Points_number`)
          FROM `cup`
        )
    )
)
SELECT
  `Name`
FROM step_1
WHERE
  `Points_number` = (
    SELECT
      MAX(`Points_number`)
    FROM step_1
  )
ORDER BY
  row_index;

-- snowflake: filter_has_item
SELECT
  "Name"
FROM "cup"
WHERE
  CHARINDEX('|yu|', "Members_list") > 0
ORDER BY
  row_index;

-- snowflake: kth_row
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

-- snowflake: kth_min
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

-- snowflake: divide
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

-- snowflake: count_by_value
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

-- snowflake: all but the best
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

-- bigquery: filter_has_item
SELECT
  `Name`
FROM `cup`
WHERE
  INSTR(`Members_list`, '|yu|') > 0
ORDER BY
  row_index;

-- bigquery: kth_row
SELECT
  `Name`
FROM `cup`
WHERE
  row_index = (
    SELECT
      row_index
    FROM `cup`
    ORDER BY
      row_index
    LIMIT 1
    OFFSET 2
  )
ORDER BY
  row_index;

-- bigquery: kth_min
SELECT
  `Name`
FROM `cup`
WHERE
  `Date_date` = (
    SELECT DISTINCT
      `Date_date`
    FROM `cup`
    WHERE
      `Date_date` IS NOT NULL
    ORDER BY
      `Date_date` ASC
    LIMIT 1
    OFFSET 1
  )
ORDER BY
  row_index;

-- bigquery: divide
SELECT
  CAST((
    SELECT
      COUNT(*)
    FROM `cup`
    WHERE
      `Country_key` = 'france'
  ) AS FLOAT64) / NULLIF((
    SELECT
      COUNT(*)
    FROM `cup`
  ), 0);

-- bigquery: count_by_value
WITH counts_1 AS (
  SELECT
    COUNT(*) AS number_of_rows,
    MIN(row_index) AS first_row
  FROM `cup`
  WHERE
    `Country` IS NOT NULL
  GROUP BY
    `Country_key`
)
SELECT
  `Country`,
  number_of_rows
FROM `cup`
JOIN counts_1
  ON row_index = first_row
ORDER BY
  row_index;

-- bigquery: all but the best
WITH step_1 AS (
  SELECT
    *
  FROM `cup`
  WHERE
    NOT row_index IN (
      SELECT
        row_index
      FROM `cup`
      WHERE
        `Points_number` = (
          SELECT
            MAX(`Points_number`)
          FROM `cup`
        )
    )
)
SELECT
  `Name`
FROM step_1
WHERE
  `Points_number` = (
    SELECT
      MAX(`Points_number`)
    FROM step_1
  )
ORDER BY
  row_index;

-- spark: filter_has_item
SELECT
  `Name`
FROM `cup`
WHERE
  LOCATE('|yu|', `Members_list`) > 0
ORDER BY
  row_index;

-- spark: kth_row
SELECT
  `Name`
FROM `cup`
WHERE
  row_index = (
    SELECT
      row_index
    FROM `cup`
    ORDER BY
      row_index
    LIMIT 1
    OFFSET 2
  )
ORDER BY
  row_index;

-- spark: kth_min
SELECT
  `Name`
FROM `cup`
WHERE
  `Date_date` = (
    SELECT DISTINCT
      `Date_date`
    FROM `cup`
    WHERE
      `Date_date` IS NOT NULL
    ORDER BY
      `Date_date` ASC
    LIMIT 1
    OFFSET 1
  )
ORDER BY
  row_index;

-- spark: divide
SELECT
  CAST((
    SELECT
      COUNT(*)
    FROM `cup`
    WHERE
      `Country_key` = 'france'
  ) AS DOUBLE) / NULLIF((
    SELECT
      COUNT(*)
    FROM `cup`
  ), 0);

-- spark: count_by_value
WITH counts_1 AS (
  SELECT
    COUNT(*) AS number_of_rows,
    MIN(row_index) AS first_row
  FROM `cup`
  WHERE
    `Country` IS NOT NULL
  GROUP BY
    `Country_key`
)
SELECT
  `Country`,
  number_of_rows
FROM `cup`
JOIN counts_1
  ON row_index = first_row
ORDER BY
  row_index;

-- spark: all but the best
WITH step_1 AS (
  SELECT
    *
  FROM `cup`
  WHERE
    NOT row_index IN (
      SELECT
        row_index
      FROM `cup`
      WHERE
        `Points_number` = (
          SELECT
            MAX(`Points_number`)
          FROM `cup`
        )
    )
)
SELECT
  `Name`
FROM step_1
WHERE
  `Points_number` = (
    SELECT
      MAX(`Points_number`)
    FROM step_1
  )
ORDER BY
  row_index;

-- tsql: filter_has_item
SELECT
  [Name]
FROM [cup]
WHERE
  CHARINDEX('|yu|', [Members_list]) > 0
ORDER BY
  row_index;

-- tsql: kth_row
SELECT
  [Name]
FROM [cup]
WHERE
  row_index = (
    SELECT
      row_index
    FROM [cup]
    ORDER BY
      row_index
    OFFSET 2 ROWS
    FETCH FIRST 1 ROWS ONLY
  )
ORDER BY
  row_index;

-- tsql: kth_min
SELECT
  [Name]
FROM [cup]
WHERE
  [Date_date] = (
    SELECT DISTINCT
      [Date_date]
    FROM [cup]
    WHERE
      [Date_date] IS NOT NULL
    ORDER BY
      [Date_date] ASC
    OFFSET 1 ROWS
    FETCH FIRST 1 ROWS ONLY
  )
ORDER BY
  row_index;

-- tsql: divide
SELECT
  CAST((
    SELECT
      COUNT(*)
    FROM [cup]
    WHERE
      [Country_key] = 'france'
  ) AS FLOAT) / NULLIF((
    SELECT
      COUNT(*)
    FROM [cup]
  ), 0);

-- tsql: count_by_value
WITH counts_1 AS (
  SELECT
    COUNT(*) AS number_of_rows,
    MIN(row_index) AS first_row
  FROM [cup]
  WHERE
    [Country] IS NOT NULL
  GROUP BY
    [Country_key]
)
SELECT
  [Country],
  number_of_rows
FROM [cup]
JOIN counts_1
  ON row_index = first_row
ORDER BY
  row_index;

-- tsql: all but the best
WITH step_1 AS (
  SELECT
    *
  FROM [cup]
  WHERE
    NOT row_index IN (
      SELECT
        row_index
      FROM [cup]
      WHERE
        [Points_number] = (
          SELECT
            MAX([Points_number])
          FROM [cup]
        )
    )
)
SELECT
  [Name]
FROM step_1
WHERE
  [Points_number] = (
    SELECT
      MAX([Points_number])
    FROM step_1
  )
ORDER BY
  row_index;

-- trino: filter_has_item
SELECT
  "Name"
FROM "cup"
WHERE
  STRPOS("Members_list", '|yu|') > 0
ORDER BY
  row_index;

-- trino: kth_row
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
    OFFSET 2
    LIMIT 1
  )
ORDER BY
  row_index;

-- trino: kth_min
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
    OFFSET 1
    LIMIT 1
  )
ORDER BY
  row_index;

-- trino: divide
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

-- trino: count_by_value
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

-- trino: all but the best
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
