using System.Text;
using System.Text.RegularExpressions;

namespace Tessera.Releasing.Configuration;

/// <summary><c>docs/configuration.md</c>: every key, from the classes that read it.</summary>
public static partial class ConfigurationPage
{
    public const string Path = "docs/configuration.md";

    /// <summary>A list of lists ends somewhere.</summary>
    private const int DepthMax = 4;

    private const string Head =
        """
        # Configuration

        Written by `./tessera configuration-file` from the classes that read it; a test compares.

        A key is set in the environment of a process, with two underscores for each colon (`Orders__PaymentTimeout=00:01:00`), in an `appsettings.json`
        beside its program, or on its command line (`--Orders:PaymentTimeout=00:01:00`). `./tessera up` hands its own environment on to all services.
        Secrets are files: each process has a folder of its own, `run/secrets/PROCESS` in the data folder, as `Tessera:SecretsDirectory`, which only the owner reads. In it are the
        addresses of databases and brokers with their passwords, the pages' secret, the key of the dashboard, and what `tessera replace --set` has changed; so nothing of that stands in
        `/proc/PID/environ`. What is in a folder that `up` itself is given by that name says more. A release that knows no such folder (1.0.0, by `--at`) has its secrets in its environment, and so has
        every process what somebody has put into that of `up`. All users see a command line, in which an address with its password stands that was given to `up` itself
        (`--broker-address`, `--database-address`). Times are
        `hours:minutes:seconds`, with `days.` before them. A value that is out of its bounds refuses to start, and the message names the key. Of a list the first
        element is `Key:0`.

        ## Read by every process

        | key | type | default | what |
        |---|---|---|---|
        | `Listen:Http1` | address:port | 127.0.0.1 and the port of `src/Services/shop.json` | for people, HTTP/1.1; port 0 takes a free one, `none` does not listen |
        | `Listen:Http2` | address:port | 127.0.0.1 and the port of `src/Services/shop.json` | for the gateway and other services, cleartext HTTP/2; `none` does not listen |
        | `Listen:Http1Socket` | number | – | a listening socket that the process inherits in the place of `Listen:Http1` |
        | `Listen:Direct` | address:port | – | an address of this process alone, when it shares the other |
        | `Services:NAME` | addresses | 127.0.0.1 and the port of `src/Services/shop.json` | where the replicas of a service are, with commas between them |
        | `Messaging:Broker` | `embedded`, `rabbitmq`, `kafka`, `redis` | `embedded` | what carries the events |
        | `Messaging:AlsoConsume` | a broker | – | read there too, while a [change of the broker](changing-the-broker.md) lasts |
        | `Database:Engine` | `sqlite`, `postgres` | `sqlite` | what keeps the data |
        | `OTEL_EXPORTER_OTLP_ENDPOINT` and its like | as OpenTelemetry says | – | where traces, metrics and logs are sent |

        """;

    /// <summary>Every key that the page names; one that ends in <c>:N</c> or <c>:NAME</c> as it stands there.</summary>
    public static IReadOnlyList<string> Keys(string page) =>
        [.. RowOfKey().Matches(page).Select(row => row.Groups[1].Value)];

    public static string Make(Repository repository)
    {
        var all = OptionsSource.All(repository);
        var parts = all.Where(each => each.Section is null).ToDictionary(each => each.Name);
        var page = new StringBuilder(Head.ReplaceLineEndings("\n"));
        foreach (var section in all.Where(each => each.Section is not null).GroupBy(each => each.Section!))
        {
            page.Append("\n## ").Append(section.Key).Append('\n');
            foreach (var options in section)
            {
                page.Append('\n');
                if (options.Summary.Length > 0) page.Append(options.Summary).Append(' ');
                page.Append("(`").Append(options.Path).Append("`)\n\n")
                    .Append("| key | type | default | bounds | what |\n|---|---|---|---|---|\n");
                Append(page, section.Key, options, parts, 0);
            }
        }
        return page.ToString();
    }

    private static void Append(
        StringBuilder page, string at, OptionsSource options, IReadOnlyDictionary<string, OptionsSource> parts,
        int depth)
    {
        foreach (var setting in options.Settings)
        {
            var key = $"{at}:{setting.Name}";
            var inner = setting.Element ?? setting.Type.TrimEnd('?');
            if (parts.TryGetValue(inner, out var part) && depth < DepthMax)
            {
                if (setting.Element is not null) key += ":N";
                var kind = setting.Element is null ? "keys below" : "list, of the keys below";
                page.AppendJoin(" | ", [$"| `{key}`", kind, "–", "–", $"{setting.Says} |\n"]);
                Append(page, key, part, parts, depth + 1);
                continue;
            }
            page.AppendJoin(" | ", [
                $"| `{key}`", setting.TypeInWords, setting.DefaultInWords, setting.BoundsInWords, $"{setting.Says} |\n",
            ]);
        }
    }

    [GeneratedRegex(@"^\| `([A-Za-z0-9:_]+)` \|", RegexOptions.Multiline)]
    private static partial Regex RowOfKey();
}
