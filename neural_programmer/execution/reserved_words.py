"""The words that each dialect keeps for itself: as the name of a column or table they need quotes.

DuckDB, SQLite and PostgreSQL: what these databases themselves (2.0, 3.40 and 15) refuse or list; the others: the
lists of sqlglot and of their manuals.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


RESERVED_WORDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "duckdb": _words(
            """
            all analyse analyze and anti any array as asc asof asymmetric at authorization binary both by case cast
            check collate collation column concurrently constraint create cross default deferrable desc describe
            distinct do else end except false fetch for foreign freeze from full glob group having ilike in
            initially inner intersect into is isnull join lambda lateral leading left like limit natural not notnull
            null offset on only or order outer overlaps pivot pivot_longer pivot_wider placing positional primary
            qualify references returning right select semi show similar some summarize symmetric table tablesample
            then to trailing true union unique unpack unpivot using variadic verbose when where window with
            """
        ),
        "sqlite": _words(
            """
            add all alter and as autoincrement between case cast check collate commit constraint create current_date
            current_time current_timestamp default deferrable delete distinct drop else escape except exists false
            foreign from group having if in index insert intersect into is isnull join limit not nothing notnull
            null oid on or order primary raise references returning rowid select set table then to transaction true
            union unique update using values when where
            """
        ),
        "postgres": _words(
            """
            all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate
            collation column concurrently constraint create cross current_catalog current_date current_role
            current_schema current_time current_timestamp current_user default deferrable desc distinct do else end
            except false fetch for foreign freeze from full grant group having ilike in initially inner intersect
            into is isnull join lateral leading left like limit localtime localtimestamp natural not notnull null
            offset on only or order outer overlaps placing primary references returning right select session_user
            similar some symmetric table tablesample then to trailing true union unique user using variadic verbose
            when where window with
            """
        ),
        "mysql": _words(
            """
            accessible add all alter analyze and as asc asensitive before between bigint binary blob both by call
            cascade case change char character check collate column condition constraint continue convert create
            cross cube cume_dist current_date current_time current_timestamp current_user cursor database databases
            day_hour day_microsecond day_minute day_second dec decimal declare default delayed delete dense_rank
            desc describe deterministic distinct distinctrow div double drop dual each else elseif empty enclosed
            escaped except exists exit explain false fetch first_value float float4 float8 for force foreign from
            fulltext function generated get grant group grouping groups having high_priority hour_microsecond
            hour_minute hour_second if ignore in index infile inner inout insensitive insert int int1 int2 int3 int4
            int8 integer intersect interval into io_after_gtids io_before_gtids is iterate join json_table key keys
            kill lag last_value lateral lead leading leave left like limit linear lines load localtime
            localtimestamp lock long longblob longtext loop low_priority master_bind master_ssl_verify_server_cert
            match maxvalue mediumblob mediumint mediumtext middleint minute_microsecond minute_second mod modifies
            natural no_write_to_binlog not nth_value ntile null numeric of on optimize optimizer_costs option
            optionally or order out outer outfile over partition percent_rank precision primary procedure purge
            range rank read read_write reads real recursive references regexp release rename repeat replace require
            resignal restrict return revoke right rlike row row_number rows schema schemas second_microsecond select
            sensitive separator set show signal smallint spatial specific sql sql_big_result sql_calc_found_rows
            sql_small_result sqlexception sqlstate sqlwarning ssl starting stored straight_join system table
            terminated then tinyblob tinyint tinytext to trailing trigger true undo union unique unlock unsigned
            update usage use using utc_date utc_time utc_timestamp values varbinary varchar varcharacter varying
            virtual when where while window with write xor year_month zerofill
            """
        ),
        "snowflake": _words(
            """
            account all alter and any as between by case cast check column connect connection constraint create
            cross current current_date current_time current_timestamp current_user database delete distinct drop
            else exists false following for from full grant group gscluster having ilike in increment inner insert
            intersect into is issue join lateral left like localtime localtimestamp minus natural not null of on or
            order organization qualify regexp revoke right rlike row rows sample schema select set some start table
            tablesample then to trigger true try_cast union unique update using values view when whenever where with
            """
        ),
        "bigquery": _words(
            """
            all and any array as asc assert_rows_modified at between by case cast collate contains create cross cube
            current default define desc distinct else end enum escape except exclude exists extract false fetch
            following for from full group grouping groups hash having if ignore in inner intersect interval into is
            join lateral left like limit lookup merge natural new no not null nulls of on or order outer over
            partition preceding proto qualify range recursive respect right rollup rows select set some struct
            tablesample then to treat true unbounded union unnest using when where window with within
            """
        ),
        "spark": _words(
            """
            all and anti any array as at authorization between both by case cast check collate column constraint
            create cross current_date current_time current_timestamp current_user delete describe distinct drop else
            end escape except exists false fetch filter for foreign from full function grant group having in inner
            insert intersect interval into is join lateral leading left like limit minus natural not null offset on
            only or order outer overlaps primary references right select semi session_user set some table then time
            to trailing true union unique unknown user using values when where with
            """
        ),
        "tsql": _words(
            """
            add all alter and any as asc authorization backup begin between break browse bulk by cascade case check
            checkpoint close clustered coalesce collate column commit compute constraint contains containstable
            continue convert create cross current current_date current_time current_timestamp current_user cursor
            database dbcc deallocate declare default delete deny desc disk distinct distributed double drop dump
            else end errlvl escape except exec execute exists exit external fetch file fillfactor for foreign
            freetext freetexttable from full function goto grant group having holdlock identity identity_insert
            identitycol if in index inner insert intersect into is join key kill left like lineno load merge
            national nocheck nonclustered not null nullif of off offsets on open opendatasource openquery openrowset
            openxml option or order outer over percent pivot plan precision primary print proc procedure public
            raiserror read readtext reconfigure references replication restore restrict return revert revoke right
            rollback rowcount rowguidcol rule save schema securityaudit select semantickeyphrasetable
            semanticsimilaritydetailstable semanticsimilaritytable session_user set setuser shutdown some statistics
            system_user table tablesample textsize then to top tran transaction trigger truncate try_convert tsequal
            union unique unpivot update updatetext use user values varying view waitfor when where while with within
            writetext
            """
        ),
        "trino": _words(
            """
            alter and as between by case cast constraint create cross cube current_catalog current_date current_path
            current_role current_schema current_time current_timestamp current_user deallocate delete describe
            distinct drop else end escape except execute exists extract false for from full group grouping having in
            inner insert intersect into is join json_array json_exists json_object json_query json_table json_value
            left like listagg localtime localtimestamp natural normalize not null on or order outer prepare
            recursive right rollup select skip table then trim true uescape union unnest using values when where
            with
            """
        ),
    }
)
