using System.Net;
using System.Text.Json;

namespace Tessera.PageDefaults;

/// <summary>What a service answered: the thing, or a problem, or nothing because it is away.</summary>
public sealed record Answer<T>(T? Value, HttpStatusCode? Status, JsonElement? Problem = null)
    where T : class
{
    public bool IsGood => Value is not null;

    public bool IsAway => Status is null or HttpStatusCode.TooManyRequests || (int)Status >= 500;

    /// <summary>Why there is nothing, in the service's words where it has any.</summary>
    public string Why() => this["detail"] is { ValueKind: JsonValueKind.String } detail ? detail.GetString()!
        : this["title"] is { ValueKind: JsonValueKind.String } title ? title.GetString()!
        : Status is { } status ? $"it answers with {(int)status}" : "it does not answer";

    /// <summary>A member of the problem, when it has it.</summary>
    public JsonElement? this[string member] =>
        Problem is { ValueKind: JsonValueKind.Object } problem && problem.TryGetProperty(member, out var found)
            ? found
            : null;
}

/// <summary>Of an operation that has nothing to say but that it is done.</summary>
public sealed record Done;
