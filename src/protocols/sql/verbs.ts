/**
 * What a statement that begins with this word acts on.
 * - `query`: the collections behind FROM and JOIN.
 * - `targets`: a list of names behind it; `target`: one.
 * - `object`: the kind of an object, and then its name: CREATE TABLE t.
 * - `prefix`: another statement follows.
 * - `import`: the name behind INTO.
 * - `bare`: nothing that is low in cardinality.
 */
export type VerbKind = 'query' | 'targets' | 'target' | 'object' | 'prefix' | 'import' | 'bare'

const KINDS: readonly (readonly [VerbKind, ReadonlySet<string>])[] = [
  ['query', words('SELECT DELETE VALUES')],
  ['targets', words('UPDATE TRUNCATE LOCK VACUUM ANALYZE ANALYSE TABLE')],
  ['target', words('INSERT REPLACE MERGE COPY CLUSTER CALL EXEC DESCRIBE DESC USE')],
  ['object', words('CREATE DROP ALTER REINDEX REFRESH OPTIMIZE CHECK REPAIR RENAME')],
  ['prefix', words('EXPLAIN PREPARE DECLARE')],
  ['import', words('LOAD IMPORT')],
  [
    'bare',
    words(`BEGIN START COMMIT END ROLLBACK ABORT SAVEPOINT RELEASE SET RESET SHOW DISCARD GRANT REVOKE
      COMMENT LISTEN UNLISTEN NOTIFY FETCH MOVE CLOSE DEALLOCATE EXECUTE DO CHECKPOINT SECURITY REASSIGN
      HANDLER KILL FLUSH PURGE RESIGNAL SIGNAL XA UNLOCK INSTALL UNINSTALL CHANGE STOP SHUTDOWN HELP
      CHECKSUM CACHE CLONE BINLOG GET RESTART START_REPLICATION IDENTIFY_SYSTEM TIMELINE_HISTORY
      BASE_BACKUP CREATE_REPLICATION_SLOT DROP_REPLICATION_SLOT READ_REPLICATION_SLOT`),
  ],
]

export const VERBS: ReadonlyMap<string, VerbKind> = new Map(
  KINDS.flatMap(([kind, verbs]) => [...verbs].map((verb) => [verb, kind] as const)),
)

/** Can follow WITH, EXPLAIN and PREPARE. */
export const INNER_VERBS = words('SELECT INSERT UPDATE DELETE MERGE VALUES REPLACE')

/** Have more collections than the first. */
export const WITH_SOURCES = words('SELECT DELETE UPDATE MERGE')

/** Act on procedures, databases. */
export const WITHOUT_COLLECTIONS = words('CALL EXEC USE')

/** Kinds of objects that have a name of their own. */
export const OBJECTS = words(`TABLE TABLES INDEX VIEW SEQUENCE SCHEMA DATABASE TABLESPACE FUNCTION
  PROCEDURE ROUTINE AGGREGATE TRIGGER EVENT EXTENSION TYPE DOMAIN COLLATION CONVERSION LANGUAGE
  PUBLICATION SUBSCRIPTION POLICY RULE STATISTICS SERVER SYSTEM`)

/** Accounts come and go, and their names are nobody's business. */
export const NAMELESS_OBJECTS = words('USER ROLE GROUP OWNED DEFAULT')

/** Behind BEGIN their text goes on with statements of their own, up to its end. */
export const WITH_BODY = words('FUNCTION PROCEDURE TRIGGER EVENT')

/** Objects made of the rows of a query. */
export const FROM_QUERY = words('TABLE VIEW')

/** May stand between the verb and a name. */
export const BEFORE_NAME =
  words(`INTO ONLY TABLE TABLES IF NOT EXISTS IGNORE LOW_PRIORITY HIGH_PRIORITY
  DELAYED CONCURRENTLY FULL FREEZE VERBOSE ANALYZE OVERWRITE BINARY LOCAL NO_WRITE_TO_BINLOG ON OR`)

/** May stand between FROM and a name. */
export const BEFORE_SOURCE = words('ONLY LATERAL')

/** Behind these no comma brings another name. */
export const AFTER_NAMES =
  words(`WHERE GROUP HAVING ORDER LIMIT OFFSET FETCH WINDOW RETURNING SET VALUES
  FOR UNION INTERSECT EXCEPT TO READ WRITE CASCADE RESTRICT`)

function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/))
}
