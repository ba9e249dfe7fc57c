using System.Text.Json.Nodes;
using Tessera.Releasing.Comparing;
using Tessera.Releasing.Contracts;
using Tessera.Releasing.Readers;
using Tessera.Releasing.Schemas;

namespace Tessera.Releasing;

/// <summary>All that is checked of one service before it is released.</summary>
public sealed class CheckService(Repository repository)
{
    private readonly ContractFolder _contracts = new(repository);

    /// <summary>In sentences; none when all is well.</summary>
    /// <param name="description">What the service says of itself.</param>
    public IReadOnlyList<string> Faults(Releasable service, JsonObject description)
    {
        var now = DescribeServices.ContractOf(repository, service, description);
        var releases = _contracts.Releases(service.Name);
        var statements = ReaderStatement.All(repository);
        return
        [
            .. Unapproved(now),
            .. UnreadKeywords.In(now),
            .. Gate.Breaches(now, releases, [.. statements.Select(each => each.Type)]).Select(each => each.ToString()),
            .. CheckReaders.Breaches(service.Name, now.Events, statements).Select(each => each.ToString()),
            .. CheckReads.Faults(
                service.Name, description, [.. statements.Where(each => each.Reader == service.Name)],
                UsedMembers.Of(DescribeServices.ProgramOf(repository, service))),
            .. SchemaFaults(service),
            .. Unraised(now, releases),
        ];
    }

    /// <summary>Of its schema alone, for which it need not be built.</summary>
    public IReadOnlyList<string> SchemaFaults(Releasable service) =>
    [
        .. CheckSchema.Breaches(
            SchemaFile.Of(repository, service), _contracts.Newest(service.Name)?.Scripts)
            .Select(each => each.ToString()),
    ];

    /// <summary>Of the tables that are released with no service of the list: the messaging library's own, and those of
    /// services in other languages.</summary>
    public IReadOnlyList<string> SchemaFaultsOfOthers() =>
    [
        .. CheckSchema.Breaches(SchemaFile.OfLibrary(), _contracts.Newest(ContractFolder.Library)?.Scripts)
            .Concat(repository.Foreign.SelectMany(
                project => CheckSchema.Breaches(SchemaFile.OfForeign(repository, project))))
            .Select(each => each.ToString()),
    ];

    private IEnumerable<string> Unapproved(ServiceContract now)
    {
        var (approved, files) = (_contracts.Approved(now.Service), now.Files());
        foreach (var file in approved.Keys.Union(files.Keys).Order(StringComparer.Ordinal))
        {
            if (approved.GetValueOrDefault(file) == files.GetValueOrDefault(file)) continue;
            yield return $"contracts/{now.Service}/{file} is not what {now.Service} offers now: run "
                + "./tessera contracts update, and look at what has changed.";
        }
    }

    /// <summary>A version that was released offers what it offered.</summary>
    private static IEnumerable<string> Unraised(ServiceContract now, IReadOnlyList<ServiceContract> releases)
    {
        if (releases.Count == 0) yield break;
        var (newest, version) = (Version.Parse(releases[^1].Version), Version.Parse(now.Version));
        if (version < newest)
            yield return $"{now.Service} says version {version}, and {newest} was released: raise its version.txt.";
        else if (version == newest && !now.IsSameAs(releases[^1]))
        {
            yield return $"{now.Service} {version} was released and offers something else now: raise its version.txt.";
        }
    }
}
