import type { Statement } from './statement.ts'

export const MYSQL: readonly Statement[] = [
  [
    "SELECT `a`, \"x\\\"y\", 'it\\'s' FROM `db`.`t` # c\n WHERE id = ? AND b = x'1F' -- d\n AND n = N'x' AND 5--1",
    'SELECT `a`, ?, ? FROM `db`.`t` WHERE id = ? AND b = ? AND n = ? AND ?--?',
    'SELECT `db`.`t`',
  ],
  ['/*!40101 SET NAMES utf8 */', 'SET NAMES utf8', 'SET'],
  [
    'SELECT /*+ MAX_EXECUTION_TIME(1) */ * FROM 2024_orders, shop.1st',
    'SELECT * FROM 2024_orders, shop.1st',
    'SELECT 2024_orders shop.1st',
  ],
  ['REPLACE INTO t SET a = 1', 'REPLACE INTO t SET a = ?', 'REPLACE t'],
  [
    'INSERT INTO t VALUES (1) ON DUPLICATE KEY UPDATE a = VALUES(a), b = 2',
    'INSERT INTO t VALUES (?) ON DUPLICATE KEY UPDATE a = VALUES(a), b = ?',
    'INSERT t',
  ],
  [
    'UPDATE a JOIN b ON a.x = b.x SET a.y = 1, b.z = 2',
    'UPDATE a JOIN b ON a.x = b.x SET a.y = ?, b.z = ?',
    'UPDATE a b',
  ],
  [
    'DELETE a, b FROM a INNER JOIN b USING (id) WHERE 1',
    'DELETE a, b FROM a INNER JOIN b USING (id) WHERE ?',
    'DELETE a b',
  ],
  [
    "CREATE USER 'u'@'h' IDENTIFIED BY \"s3cret\"",
    'CREATE USER ?@? IDENTIFIED BY ?',
    'CREATE USER',
  ],
  ["SET PASSWORD FOR 'u'@'h' = 'x'", 'SET PASSWORD FOR ?@? = ?', 'SET'],
  [
    "LOAD DATA LOCAL INFILE '/x' INTO TABLE t FIELDS TERMINATED BY ','",
    'LOAD DATA LOCAL INFILE ? INTO TABLE t FIELDS TERMINATED BY ?',
    'LOAD t',
  ],
  ['SHOW FULL COLUMNS FROM t', 'SHOW FULL COLUMNS FROM t', 'SHOW'],
  [
    "INSERT INTO t SELECT REPLACE(a, 'x', 'y'), IFNULL(VALUES(a), INSERT('a',1,2,'b')) FROM u",
    'INSERT INTO t SELECT REPLACE(a, ?, ?), IFNULL(VALUES(a), INSERT(?,?,?,?)) FROM u',
    'INSERT t SELECT u',
  ],
]
