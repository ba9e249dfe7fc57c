namespace Tessera.ServiceDefaults;

/// <summary>Where the lately erased accounts come from: over HTTP from Users, or in Users itself from its
/// database.</summary>
public interface IErasedSource
{
    /// <summary>All whose tokens may not have expired yet.</summary>
    Task<IReadOnlyList<Guid>> FetchAsync(CancellationToken stop);
}
