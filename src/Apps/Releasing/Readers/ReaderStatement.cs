using System.Text.Json;
using System.Text.Json.Nodes;
using Tessera.Releasing.Contracts;

namespace Tessera.Releasing.Readers;

/// <summary>What one service uses of one event of another: <c>contracts/READER/reads.json</c>.</summary>
/// <param name="Reader">Such as <c>orders</c>.</param>
/// <param name="Type">The event's type.</param>
/// <param name="Members">By path, such as <c>lines[].sku</c>.</param>
public sealed record ReaderStatement(string Reader, string Type, IReadOnlyDictionary<string, UsedMember> Members)
{
    /// <summary>What the reader counts on in the order of events: its key.</summary>
    public string? Key { get; init; }

    /// <summary>Who publishes it: the first word of its type, but for events of the world.</summary>
    public string Stream { get; init; } = Type.Split('.')[0];

    /// <summary>The statements of all readers, also of those in other languages: nothing describes these, and their own
    /// tests keep their statements true.</summary>
    public static IReadOnlyList<ReaderStatement> All(Repository repository) =>
    [
        .. repository.WithContracts.Select(each => each.Name)
            .Concat(repository.Foreign.Select(project => project.ToLowerInvariant()))
            .SelectMany(reader => Read(repository, reader)),
    ];

    /// <summary>The statements of one reader; none when it has written none.</summary>
    public static IReadOnlyList<ReaderStatement> Read(Repository repository, string reader)
    {
        var file = repository.PathOf("contracts", reader, ContractFolder.ReadsFile);
        if (!File.Exists(file)) return [];
        try
        {
            return Parse(reader, File.ReadAllText(file));
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            throw new ReleaseException(
                $"contracts/{reader}/{ContractFolder.ReadsFile} is no list of statements: {wrong.Message}");
        }
    }

    internal static IReadOnlyList<ReaderStatement> Parse(string reader, string text) =>
    [
        .. JsonNode.Parse(text)!.AsObject().Select(each => new ReaderStatement(
            reader, each.Key,
            each.Value!["uses"]!.AsObject().ToDictionary(member => member.Key,
                member => UsedMember.Parse(member.Value!)))
        {
            Key = (string?)each.Value["orderedBy"],
            Stream = (string?)each.Value["stream"] ?? each.Key.Split('.')[0],
        }),
    ];
}

/// <summary>What a reader expects of a member.</summary>
/// <param name="Type">Such as <c>integer</c>, or <c>string uuid</c> with the format.</param>
/// <param name="Values">Values that the reader tells apart, and waits for.</param>
/// <param name="OnlyThese">It can take no other value.</param>
/// <param name="MayLack">It has a default for when the member is missing.</param>
public sealed record UsedMember(string Type, IReadOnlyList<string> Values, bool OnlyThese, bool MayLack)
{
    internal static UsedMember Parse(JsonNode told) => told is JsonValue type
        ? new UsedMember(type.GetValue<string>(), [], false, false)
        : new UsedMember(
            told["type"]!.GetValue<string>(),
            [.. (told["values"]?.AsArray() ?? []).Select(value => value!.GetValue<string>())],
            told["only"]?.GetValue<bool>() == true, told["optional"]?.GetValue<bool>() == true);
}
