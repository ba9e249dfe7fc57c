using System.Diagnostics;

namespace Tessera.Messaging.Grouping;

/// <summary>One request that waits for its group.</summary>
internal abstract class GroupedRequest(CancellationToken withdrawn)
{
    private readonly Activity? _caller = Activity.Current;

    public bool IsWithdrawn => withdrawn.IsCancellationRequested;

    /// <summary>Runs in the trace of who asked.</summary>
    public async Task RunAsync(IServiceProvider services, CancellationToken stop)
    {
        Activity.Current = _caller; // Undone when this method returns: the current span belongs to its flow.
        await RunRequestAsync(services, stop).ConfigureAwait(false);
    }

    public abstract void Succeed();

    public abstract void Fail(Exception failure);

    public abstract void Withdraw();

    protected abstract Task RunRequestAsync(IServiceProvider services, CancellationToken stop);
}

internal sealed class GroupedRequest<TResult>(
    Func<IServiceProvider, CancellationToken, Task<TResult>> request, CancellationToken withdrawn)
    : GroupedRequest(withdrawn)
{
    // The waiting callers go on elsewhere: the lane has the next group to run.
    private readonly TaskCompletionSource<TResult> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TResult? _result;

    public Task<TResult> Outcome => _outcome.Task;

    public override void Succeed() => _outcome.TrySetResult(_result!);

    public override void Fail(Exception failure) => _outcome.TrySetException(failure);

    public override void Withdraw() => _outcome.TrySetCanceled();

    protected override async Task RunRequestAsync(IServiceProvider services, CancellationToken stop) =>
        _result = await request(services, stop).ConfigureAwait(false);
}
