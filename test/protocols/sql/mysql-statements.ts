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
  [
    'SELECT * FROM `orders` WHERE `orders`.`id` = ? LIMIT 1',
    'SELECT * FROM `orders` WHERE `orders`.`id` = ? LIMIT ?',
    'SELECT `orders`',
  ],
  [
    "SELECT /* app:shop */ SQL_NO_CACHE STRAIGHT_JOIN a.x FROM a, b WHERE a.y = 'it\\'s' -- why",
    'SELECT SQL_NO_CACHE STRAIGHT_JOIN a.x FROM a, b WHERE a.y = ?',
    'SELECT a b',
  ],
  [
    'INSERT IGNORE INTO `t` (`a`) VALUES (1),(2)',
    'INSERT IGNORE INTO `t` (`a`) VALUES (?),(?)',
    'INSERT `t`',
  ],
  [
    'INSERT LOW_PRIORITY t SET a = 1, b = "two"',
    'INSERT LOW_PRIORITY t SET a = ?, b = ?',
    'INSERT t',
  ],
  [
    'UPDATE LOW_PRIORITY IGNORE t SET a = a + 1 ORDER BY id LIMIT 5',
    'UPDATE LOW_PRIORITY IGNORE t SET a = a + ? ORDER BY id LIMIT ?',
    'UPDATE t',
  ],
  [
    'DELETE QUICK FROM t WHERE a BETWEEN 1 AND 5',
    'DELETE QUICK FROM t WHERE a BETWEEN ? AND ?',
    'DELETE t',
  ],
  [
    'SELECT * FROM a USE INDEX (i1, i2) JOIN b FORCE INDEX FOR JOIN (i3) ON a.id = b.id',
    'SELECT * FROM a USE INDEX (i1, i2) JOIN b FORCE INDEX FOR JOIN (i3) ON a.id = b.id',
    'SELECT a b',
  ],
  [
    'SELECT @@session.tx_isolation, @user, @`odd name`',
    'SELECT @@session.tx_isolation, @user, @`odd name`',
    'SELECT',
  ],
  ["SET NAMES 'utf8mb4' COLLATE 'utf8mb4_general_ci'", 'SET NAMES ? COLLATE ?', 'SET'],
  ['SET autocommit=0', 'SET autocommit=?', 'SET'],
  ["SHOW VARIABLES LIKE 'sql_mode'", 'SHOW VARIABLES LIKE ?', 'SHOW'],
  ['USE `shop`', 'USE `shop`', 'USE `shop`'],
  ['TRUNCATE TABLE `a`', 'TRUNCATE TABLE `a`', 'TRUNCATE `a`'],
  ['LOCK TABLES a READ, b WRITE', 'LOCK TABLES a READ, b WRITE', 'LOCK a'],
  [
    "SELECT * FROM t WHERE a = 0x1F OR b = b'101' OR c = _utf8mb4'x' OR d = DATE '2026-01-01'",
    'SELECT * FROM t WHERE a = ? OR b = ? OR c = _utf8mb4? OR d = DATE ?',
    'SELECT t',
  ],
  [
    'CREATE DEFINER=`root`@`localhost` PROCEDURE p(IN x INT) BEGIN SELECT * FROM t; DELETE FROM u; END',
    'CREATE DEFINER=`root`@`localhost` PROCEDURE p(IN x INT) BEGIN SELECT * FROM t; DELETE FROM u; END',
    'CREATE PROCEDURE p',
  ],
  [
    "ALTER USER 'bob'@'%' IDENTIFIED WITH caching_sha2_password BY 'pw'",
    'ALTER USER ?@? IDENTIFIED WITH caching_sha2_password BY ?',
    'ALTER USER',
  ],
  [
    'SELECT a FROM t WHERE b IN (?, ?, ?) AND c NOT IN (\'x\', "y")',
    'SELECT a FROM t WHERE b IN (?) AND c NOT IN (?)',
    'SELECT t',
  ],
  ['DESCRIBE orders', 'DESCRIBE orders', 'DESCRIBE orders'],
  ['CALL refresh(@total)', 'CALL refresh(@total)', 'CALL refresh'],
  ['SELECT 1; SELECT 2 FROM t', 'SELECT ?; SELECT ? FROM t', 'SELECT; SELECT t'],
  ['OPTIMIZE TABLE a, b', 'OPTIMIZE TABLE a, b', 'OPTIMIZE TABLE a b'],
]
