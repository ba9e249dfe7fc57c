using System.Text.Json;
using Npgsql;
using Tessera.Cli.Up;
using Tessera.Releasing;
using Tessera.Releasing.Contracts;
using Tessera.Releasing.Schemas;

namespace Tessera.Rolling;

/// <summary>Each service brings the messaging library that it was made with: the version of the library's own tables
/// tells which ones a database has had.</summary>
internal static class LibraryTables
{
    private const string Engine = "postgres";

    /// <summary>Where the library that was released last ends.</summary>
    public static int Released { get; } = VersionIn(
        new ContractFolder(new Repository(SourceTree.Root)).Newest(ContractFolder.Library)!.Scripts.Keys);

    /// <summary>Where the library that is here ends.</summary>
    public static int Today { get; } = VersionIn(
        SchemaFile.OfLibrary().Where(step => step.Engine == Engine).Select(step => step.Name));

    /// <returns>The version in the database of the service; null for a service without one.</returns>
    public static async Task<int?> VersionAsync(RollingStore store, string service)
    {
        if (SourceTree.WithData([service]).Count == 0) return null;
        using var logins = JsonDocument.Parse(
            await File.ReadAllTextAsync(Path.Combine(store.Data, "keys", "databases.json")));
        await using var connection = new NpgsqlConnection(
            logins.RootElement.GetProperty(service).GetString() + ";Pooling=false");
        await connection.OpenAsync();
        // The library of the first release makes the first table alone.
        await using var look = new NpgsqlCommand("select to_regclass('msg_schema_added') is not null", connection);
        var more = await look.ExecuteScalarAsync() is true ? " union all select version from msg_schema_added" : "";
        await using var read = new NpgsqlCommand(
            $"select max(version) from (select version from msg_schema{more}) as applied", connection);
        return (int)(await read.ExecuteScalarAsync())!;
    }

    private static int VersionIn(IEnumerable<string> steps) =>
        steps.Count(step => step.StartsWith("Schema.cs", StringComparison.Ordinal));
}
