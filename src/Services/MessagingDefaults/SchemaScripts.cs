using System.Reflection;
using DbUp.Engine;

namespace Tessera.MessagingDefaults;

/// <summary>The service's <c>Schema/*.sql</c>, embedded in its assembly, for one engine: <c>0001-orders.sql</c> runs
/// on both, <c>0002-search.sqlite.sql</c> and <c>0002-search.postgres.sql</c> where the dialects part.</summary>
internal static class SchemaScripts
{
    private static readonly string[] engines = ["sqlite", "postgres"];

    public static IReadOnlyList<SqlScript> Of(Assembly service, string engine)
    {
        var scripts = new List<SqlScript>();
        foreach (var resource in service.GetManifestResourceNames().Order(StringComparer.Ordinal))
        {
            var at = resource.IndexOf(".Schema.", StringComparison.Ordinal);
            if (at < 0 || !resource.EndsWith(".sql", StringComparison.Ordinal)) continue;
            var name = resource[(at + ".Schema.".Length)..];
            if (engines.Any(other => other != engine && name.EndsWith($".{other}.sql", StringComparison.Ordinal)))
            {
                continue;
            }
            using var text = new StreamReader(service.GetManifestResourceStream(resource)!);
            scripts.Add(new SqlScript(name, text.ReadToEnd()));
        }
        return scripts;
    }
}
