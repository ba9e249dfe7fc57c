using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Tessera.Messaging.Grouping;
using Tessera.Messaging.Store;

namespace Tessera.Messaging;

/// <summary>
/// Runs concurrent requests of one kind in one transaction, so that they share its commit. Opt-in: whoever calls
/// <see cref="RunAsync{TResult}"/> uses it. A singleton service.
/// </summary>
/// <remarks>
/// Nothing waits for company: the requests that came while a group was being committed make the next one. They run one
/// after the other and see each other's writes. When one fails the group is rolled back; the others run again together,
/// and the failing one alone: its failure is its own. A request must therefore have no effect outside its unit of work.
/// </remarks>
public sealed class GroupCommit : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, GroupLane> _lanes = new(StringComparer.Ordinal);
    private readonly IMessageStore _store;
    private readonly IServiceScopeFactory _scopes;
    private readonly GroupCommitOptions _options;

    internal GroupCommit(IMessageStore store, IServiceScopeFactory scopes, IOptions<GroupCommitOptions> options)
    {
        _store = store;
        _scopes = scopes;
        _options = options.Value;
    }

    /// <summary>Runs <paramref name="request"/> in a transaction that it shares with others of its kind, and completes
    /// when that is committed.</summary>
    /// <param name="kind">Requests of different kinds never share a transaction.</param>
    /// <param name="request">Takes its services, among them the begun <see cref="UnitOfWork"/>, from the given scope.
    /// It must neither begin nor commit. It may run more than once.</param>
    /// <param name="stop">Withdraws the request as long as it has not begun to run; then its
    /// outcome is waited for.</param>
    /// <exception cref="ObjectDisposedException">The service is stopping.</exception>
    public async Task<TResult> RunAsync<TResult>(
        string kind, Func<IServiceProvider, CancellationToken, Task<TResult>> request, CancellationToken stop)
    {
        var lane = _lanes.GetOrAdd(kind, _ => new GroupLane(_store, _scopes, _options));
        var grouped = new GroupedRequest<TResult>(request, stop);
        await lane.AddAsync(grouped, stop).ConfigureAwait(false);
        return await grouped.Outcome.ConfigureAwait(false);
    }

    /// <summary>Takes no more requests and finishes those that wait.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var lane in _lanes.Values) await lane.DisposeAsync().ConfigureAwait(false);
    }
}
