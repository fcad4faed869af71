-- What Gearman workers do, for gearman.from_mysql: one row for each function, read again at each reload.
--
--     mysql reeve <examples/gearman_functions.sql

CREATE TABLE IF NOT EXISTS gearman_functions (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    -- The name that clients call: either `name`, or `ns` and `method`, which make `ns::method`.
    name VARCHAR(511) NULL,
    ns VARCHAR(255) NULL,
    method VARCHAR(254) NULL,
    -- The absolute path of the program that is run for each job.
    executor VARCHAR(4095) NOT NULL,
    -- So many jobs at once, on each machine that asks this table.
    concurrency INT UNSIGNED NOT NULL DEFAULT 1,
    -- Seconds of a job; NULL: as the configuration says for all, 0: no limit.
    timeout DECIMAL(10, 3) NULL,
    active BOOLEAN NOT NULL DEFAULT TRUE,
    -- The key of a NULL would be no key.
    called VARCHAR(511) AS (COALESCE(NULLIF(name, ''), CONCAT(ns, '::', method))) STORED,
    UNIQUE KEY called (called)
) CHARACTER SET utf8mb4;
