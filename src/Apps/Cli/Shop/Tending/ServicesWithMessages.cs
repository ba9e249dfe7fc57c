using Tessera.Cli.Up;
using Tessera.Stories;

namespace Tessera.Cli.Shop;

/// <summary>Which services are asked what waits at them and what is parked.</summary>
internal static class ServicesWithMessages
{
    /// <param name="named">The one that is asked for; all of them, unless given.</param>
    public static async Task<IReadOnlyList<string>> OfAsync(Store store, string? named, CancellationToken stop)
    {
        if (named is not null) return [named];
        var own = store.Folder.ReadState()?.Services.Select(service => service.Service)
            ?? SourceTree.Interfaces().Select(name => name.ToLowerInvariant());
        var foreign = SourceTree.Foreign().Select(service => service.Name).ToList();
        return [.. SourceTree.WithData(own), .. await StartedAsync(store, foreign, stop)];
    }

    /// <summary>Of services in other languages those that are there, or were and do not answer; not one that has
    /// nothing to tell of messages, which it need not.</summary>
    internal static async Task<IReadOnlyList<string>> StartedAsync(
        Store store, IReadOnlyList<string> foreign, CancellationToken stop)
    {
        if (foreign.Count == 0) return [];
        // A whole that is not well answers with 503, and says what it is asked for all the same.
        var health = (await store.Client.GetOnceAsync("/health", null, stop))?.ReadOrNull<SystemHealth>();
        var tellers = new List<string>();
        foreach (var service in health?.StartedOf(foreign) ?? [])
        {
            var answer = await store.Client.GetOnceAsync(
                $"/api/v1/services/{service}/messaging/status", await store.Scripts.TokenAsync(stop), stop);
            if (answer is not { Status: 404 }) tellers.Add(service);
        }
        return tellers;
    }
}
