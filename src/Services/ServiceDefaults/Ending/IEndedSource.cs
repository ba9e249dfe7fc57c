namespace Tessera.ServiceDefaults;

/// <summary>Where the news comes from that tokens in their lifetime are good for nothing any more: over HTTP from
/// Users, or in Users itself from its database.</summary>
public interface IEndedSource
{
    /// <summary>All erased accounts whose tokens may not have expired yet.</summary>
    Task<IReadOnlyList<Guid>> FetchErasedAsync(CancellationToken stop);

    /// <summary>The sign-ins that ended then or later; null for all whose tokens may not have expired yet.</summary>
    Task<IReadOnlyList<EndedSignIn>> FetchSignInsAsync(DateTimeOffset? since, CancellationToken stop);
}
