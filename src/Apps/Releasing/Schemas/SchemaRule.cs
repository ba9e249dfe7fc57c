using System.Text.RegularExpressions;

namespace Tessera.Releasing.Schemas;

/// <summary>Something that must not be done to a table while programs of the version before work with it.</summary>
/// <param name="Name">By which a file accepts it.</param>
/// <param name="Pattern">Finds it; its groups are the tables.</param>
/// <param name="TwoSteps">How the same is reached without harm.</param>
internal sealed partial record SchemaRule(string Name, Regex Pattern, string Because, string TwoSteps)
{
    /// <summary>Only where a whole table is rewritten or locked while others work on it: SQLite has one writer and
    /// small tables.</summary>
    public bool PostgresOnly { get; init; }

    public static IReadOnlyList<SchemaRule> All { get; } =
    [
        new("drop-column", DropColumn(), "programs of the version before read it",
            "let one release stop using it and drop it in the next"),
        new("rename-column", RenameColumn(), "programs of the version before know the old name",
            "add a column of the new name, write both, fill it, and drop the old one a release later"),
        new("drop-table", DropTable(), "programs of the version before use it",
            "let one release stop using it and drop it in the next"),
        new("rename-table", RenameTable(), "programs of the version before know the old name or place",
            "make a table of the new name, write both, fill it, and drop the old one a release later"),
        new("change-type", ChangeType(),
            "it is rewritten under a lock, and programs of the version before read the old type",
            "add a column of the new type, write both, fill it, and drop the old one a release later"),
        new("required-column", RequiredColumn(), "programs of the version before insert rows without it",
            "give it a constant default, or let it be null until the version before is gone"),
        new("set-not-null", SetNotNull(),
            "the table is read through under a lock, and programs of the version before may write null",
            "add a check (… is not null) not valid, validate it in the next release, and set not null after that"),
        new("drop-not-null", DropNotNull(), "programs of the version before read a value and would find null",
            "let one release read null before the next one writes it"),
        new("drop-default", DropDefault(), "programs of the version before insert rows without the column",
            "drop it a release after the programs write the column themselves"),
        new("changing-default", ChangingDefault(),
            "a default that differs from row to row rewrites the table under a lock",
            "add the column without it, set the default in a statement of its own, and fill the rows in batches")
            { PostgresOnly = true },
        new("stored-generated", StoredGenerated(), "the table is rewritten under a lock",
            "add a plain column, let the program write it, fill the rows in batches, and read it a release later")
            { PostgresOnly = true },
        new("blocking-index", BlockingIndex(), "nobody can write to the table until it is built",
            "say create index concurrently, in a file of its own that begins with -- outside a transaction")
            { PostgresOnly = true },
        new("blocking-index-drop", BlockingIndexDrop(),
            "it waits for all that use the table, and everybody waits behind it",
            "say drop index concurrently, in a file of its own that begins with -- outside a transaction")
            { PostgresOnly = true },
        new("unique", Unique(), "programs of the version before may write what it refuses",
            "let one release keep to it in code, then build the unique index concurrently and add the constraint "
                + "using it"),
        new("foreign-key", ForeignKey(), "both tables are locked while every row is looked at",
            "add it not valid, and validate it in the next release") { PostgresOnly = true },
        new("check", Check(), "the table is locked while every row is looked at, and programs of the version before "
            + "may write what it refuses",
            "let one release keep to it in code, add it not valid, and validate it in the next"),
        new("backfill", Backfill(),
            "every row is locked in one transaction, and what the version before writes meanwhile is left out",
            "fill the rows in batches by code (a pending step) once the new version writes them itself"),
        new("rename-value", RenameValue(), "programs of the version before know the old name",
            "add a value of the new name and go on taking the old one"),
        new("truncate", Truncate(), "programs of the version before need the rows",
            "delete them in batches by code"),
        new("do-block", DoBlock(), "what stands in it is not looked at",
            "write its statements by themselves"),
    ];

    // The table's name may stand after "if exists" and "only".
    private const string Table = @"alter table (?:if exists )?(?:only )?([\w.]+) (?:.*,)? ?";

    // Of one column, up to the comma: those in brackets, as of numeric(12,2), do not end it.
    private const string Rest = @"(?:[^,]|\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))*";

    // One name or several.
    private const string Names = @"([\w.]+)(?: ?, ?([\w.]+))*";

    // What changes rows may begin with other queries.
    private const string With = @"^(?:with .*)?\b";

    // A new column, up to what is looked for of it.
    private const string Column = Table + @"add (?:column )?"
        + @"(?!(?:column|constraint|check|unique|foreign|primary|exclude)\b)(?:if not exists )?\w+ " + Rest;

    [GeneratedRegex(Table
        + @"drop (?:column )?(?!(?:constraint|default|not null|expression|identity)\b)(?:if exists )?\w+")]
    private static partial Regex DropColumn();

    [GeneratedRegex(Table + @"rename (?:column )?(?!to |constraint )\w+ to ")]
    private static partial Regex RenameColumn();

    [GeneratedRegex(@"drop (?:table|foreign table|view|materialized view|type|domain|function|procedure|routine|"
        + @"aggregate|trigger|sequence|schema|extension) (?:if exists )?"
        + @"([\w.]+)(?: ?\([^()]*\))?(?: ?, ?([\w.]+)(?: ?\([^()]*\))?)*")]
    private static partial Regex DropTable();

    [GeneratedRegex(@"alter (?:table|view|materialized view|sequence|type|function) (?:if exists )?(?:only )?([\w.]+)"
        + @"(?:\([^()]*\))? set schema |"
        + @"alter (?:table|view|materialized view|sequence|schema) (?:if exists )?(?:only )?([\w.]+) rename to ")]
    private static partial Regex RenameTable();

    [GeneratedRegex(@"alter table (?:if exists )?(?:only )?([\w.]+) .*alter (?:column )?\w+ (?:set data )?type ")]
    private static partial Regex ChangeType();

    [GeneratedRegex(Table + @"add (?:column )?(?!(?:constraint|check|unique|foreign|primary|exclude)\b)"
        + @"(?:if not exists )?\w+ (?!" + Rest + @"(?:\bdefault\b|\bgenerated\b|serial\b))" + Rest + @"\bnot null")]
    private static partial Regex RequiredColumn();

    [GeneratedRegex(@"alter table (?:if exists )?(?:only )?([\w.]+) .*\bset not null")]
    private static partial Regex SetNotNull();

    [GeneratedRegex(@"alter table (?:if exists )?(?:only )?([\w.]+) .*\bdrop not null")]
    private static partial Regex DropNotNull();

    [GeneratedRegex(@"alter table (?:if exists )?(?:only )?([\w.]+) .*alter (?:column )?\w+ drop default")]
    private static partial Regex DropDefault();

    [GeneratedRegex(Table + @"add (?:column )?(?!constraint\b)(?:if not exists )?\w+ (?:" + Rest + @"\bdefault \(?"
        + @"(?:now|clock_timestamp|statement_timestamp|random|gen_random_uuid|uuidv7|uuid_generate\w*|nextval|"
        + @"current_timestamp|current_date|localtimestamp)\b|" + Rest + @"\bas identity|\w*serial)")]
    private static partial Regex ChangingDefault();

    [GeneratedRegex(Table + @"add (?:column )?(?:if not exists )?\w+ .*generated always as \(.*\) stored")]
    private static partial Regex StoredGenerated();

    [GeneratedRegex(@"^create (?:unique )?index (?!concurrently)(?:if not exists )?\w* ?on (?:only )?([\w.]+)")]
    private static partial Regex BlockingIndex();

    [GeneratedRegex(@"^drop index (?!concurrently\b)(?:if exists )?" + Names + "|"
        + @"^reindex (?!.*\bconcurrently\b)(?:\([^()]*\) )?(?:index|table|schema|database|system) ([\w.]+)")]
    private static partial Regex BlockingIndexDrop();

    [GeneratedRegex(@"^create unique index (?:concurrently )?(?:if not exists )?\w* ?on (?:only )?([\w.]+)|"
        + Table + @"add (?:constraint \w+ )?(?:unique|primary key|exclude)\b(?! using index)|"
        + Column + @"\b(?:unique|primary key)\b")]
    private static partial Regex Unique();

    [GeneratedRegex(Table + @"add (?:constraint \w+ )?foreign key(?!" + Rest + @"\bnot valid)|"
        + Table + @"add (?:column )?(?!(?:constraint|foreign)\b)\w+ " + Rest + @"\breferences\b")]
    private static partial Regex ForeignKey();

    [GeneratedRegex(Table + @"add (?:constraint \w+ )?check\b(?!" + Rest + @"\bnot valid)|" + Column + @"\bcheck\b")]
    private static partial Regex Check();

    [GeneratedRegex(With + @"update (?:or \w+ )?(?:only )?([\w.]+)(?: (?:as )?\w+)? set\b|"
        + With + @"delete from (?:only )?([\w.]+)|" + With + @"merge into (?:only )?([\w.]+)|"
        + With + @"(?:insert (?:or \w+ )?|replace )into [\w.]+.*?\bselect\b"
        + @"(?:.*?\b(?:from|join) ([\w.]+)(?:(?: (?:as )?\w+)? ?, ?([\w.]+))*)+")]
    private static partial Regex Backfill();

    [GeneratedRegex(@"alter type ([\w.]+) rename (?:value|to|attribute) ")]
    private static partial Regex RenameValue();

    [GeneratedRegex(@"^truncate (?:table )?(?:only )?" + Names)]
    private static partial Regex Truncate();

    [GeneratedRegex(@"^(do|call)\b")]
    private static partial Regex DoBlock();
}
