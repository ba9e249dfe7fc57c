using System.Text.RegularExpressions;

namespace Tessera.Releasing.Schemas;

/// <summary>One numbered step of a schema.</summary>
/// <param name="Path">As messages name it.</param>
/// <param name="Engine"><c>postgres</c> or <c>sqlite</c>; null for one text for both.</param>
public sealed partial record SchemaFile(string Path, string? Engine, string Sql)
{
    /// <summary>How a file begins that runs outside of a transaction.</summary>
    internal const string Outside = "-- outside a transaction";

    internal bool IsOutsideTransaction => Sql.StartsWith(Outside, StringComparison.Ordinal);

    /// <summary>Its name in its folder, by which databases know that they have it.</summary>
    public string Name => System.IO.Path.GetFileName(Path);

    public string Digest => SqlStatement.DigestOf(Sql);

    /// <summary>What the file does although a rule forbids it, and why: <c>-- accepts RULE: reason</c>.</summary>
    public IReadOnlyDictionary<string, string> Accepted => Accepts().Matches(Sql)
        .GroupBy(found => found.Groups[1].Value)
        .ToDictionary(same => same.Key, same => same.First().Groups[2].Value.Trim());

    /// <summary>The files of one service, in order.</summary>
    public static IReadOnlyList<SchemaFile> Of(Repository repository, Releasable service)
    {
        var folder = repository.PathOf(service.Folder, "Schema");
        if (!Directory.Exists(folder)) return [];
        return [.. Directory.EnumerateFiles(folder, "*.sql").Order(StringComparer.Ordinal).Select(file =>
            At($"{service.Folder}/Schema/{System.IO.Path.GetFileName(file)}", File.ReadAllText(file)))];
    }

    /// <summary>The files of a service in another language, in order: a folder for each engine.</summary>
    public static IReadOnlyList<SchemaFile> OfForeign(Repository repository, string project)
    {
        var folder = repository.PathOf("src", "Services", project, "schema");
        if (!Directory.Exists(folder)) return [];
        return
        [
            .. Directory.EnumerateFiles(folder, "*.sql", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
                .Select(file => new SchemaFile(
                    System.IO.Path.GetRelativePath(repository.Root, file).Replace('\\', '/'),
                    System.IO.Path.GetFileName(System.IO.Path.GetDirectoryName(file)), File.ReadAllText(file))),
        ];
    }

    /// <summary>The steps of the messaging library's own tables.</summary>
    public static IReadOnlyList<SchemaFile> OfLibrary() =>
    [
        .. Messaging.Postgres.Schema.Steps.Select((sql, at) =>
            new SchemaFile($"src/Messaging/Messaging.Postgres/Schema.cs step {at + 1}", "postgres", sql)),
        .. Messaging.Sqlite.SqliteSchema.Steps.Select((sql, at) =>
            new SchemaFile($"src/Messaging/Messaging.Sqlite/SqliteSchema.cs step {at + 1}", "sqlite", sql)),
    ];

    internal static SchemaFile At(string path, string sql) => new(
        path,
        path.EndsWith(".postgres.sql", StringComparison.Ordinal) ? "postgres"
        : path.EndsWith(".sqlite.sql", StringComparison.Ordinal) ? "sqlite" : null,
        sql);

    [GeneratedRegex(@"^--\s*accepts\s+([\w-]+):[ \t]*(.*(?:\n--(?!\s*accepts\b).*)*)$", RegexOptions.Multiline)]
    private static partial Regex Accepts();
}
