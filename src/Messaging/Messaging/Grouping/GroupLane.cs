using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Tessera.Messaging.Store;

namespace Tessera.Messaging.Grouping;

/// <summary>The requests of one kind: a bounded queue and the loop that commits them in groups.</summary>
internal sealed class GroupLane : IAsyncDisposable
{
    private readonly Channel<GroupedRequest> _waiting;
    private readonly IMessageStore _store;
    private readonly IServiceScopeFactory _scopes;
    private readonly int _requestsMax;
    private readonly Task _loop;

    public GroupLane(IMessageStore store, IServiceScopeFactory scopes, GroupCommitOptions options)
    {
        _store = store;
        _scopes = scopes;
        _requestsMax = options.RequestsMax;
        _waiting = Channel.CreateBounded<GroupedRequest>(
            new BoundedChannelOptions(options.QueueMax) { SingleReader = true });
        _loop = RunAsync();
    }

    public async ValueTask AddAsync(GroupedRequest request, CancellationToken stop)
    {
        try
        {
            await _waiting.Writer.WriteAsync(request, stop).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            throw new ObjectDisposedException(nameof(GroupCommit), "The service is stopping.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _loop.ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        await Task.Yield();
        var group = new List<GroupedRequest>();
        while (await _waiting.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            while (group.Count < _requestsMax && _waiting.Reader.TryRead(out var request))
            {
                if (request.IsWithdrawn) request.Withdraw();
                else group.Add(request);
            }
            if (group.Count > 0) await CommitAsync(group).ConfigureAwait(false);
            group.Clear();
        }
    }

    /// <summary>Every request of the group has its outcome afterwards.</summary>
    private async Task CommitAsync(List<GroupedRequest> group)
    {
        var alone = new List<GroupedRequest>();
        while (group.Count > 0)
        {
            var (failure, failed) = await TryAsync(group).ConfigureAwait(false);
            if (failure is null)
            {
                foreach (var request in group) request.Succeed();
                break;
            }
            if (group.Count == 1)
            {
                group[0].Fail(failure);
                break;
            }
            if (_store.IsTransient(failure))
            {
                // A database that is away will not be there for each alone.
                foreach (var request in group.Concat(alone)) request.Fail(failure);
                return;
            }
            if (failed is null)
            {
                // It failed at the commit: nobody knows whose statement it was.
                alone.AddRange(group);
                break;
            }
            alone.Add(failed);
            group.Remove(failed);
        }
        foreach (var request in alone)
        {
            var (failure, _) = await TryAsync([request]).ConfigureAwait(false);
            if (failure is null) request.Succeed();
            else request.Fail(failure);
        }
    }

    private async Task<(Exception? Failure, GroupedRequest? Failed)> TryAsync(List<GroupedRequest> group)
    {
        GroupedRequest? running = null;
        try
        {
            await using var scope = _scopes.CreateAsyncScope();
            await using var session = await _store.BeginAsync(CancellationToken.None).ConfigureAwait(false);
            var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
            work.Join(session);
            foreach (var request in group)
            {
                running = request;
                // The caller's token stays out: a client that goes away must not undo its neighbours.
                await request.RunAsync(scope.ServiceProvider, CancellationToken.None).ConfigureAwait(false);
            }
            running = null;
            await work.CommitSessionAsync(CancellationToken.None).ConfigureAwait(false);
            return (null, null);
        }
        catch (Exception failure)
        {
            return (failure, running);
        }
    }
}
