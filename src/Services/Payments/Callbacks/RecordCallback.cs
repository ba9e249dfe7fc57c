using Microsoft.Extensions.Options;
using Tessera.Messaging;
using Tessera.Messaging.Store;
using Tessera.Payments.Contracts;

namespace Tessera.Payments;

/// <summary>Keeps the callback's id and has the provider asked, in one transaction: what comes twice has one effect,
/// and what died before the commit is sent again by the provider.</summary>
/// <remarks>It changes no state by itself. Callbacks come late, early, twice, in another order than they were sent, or
/// never; the answer to a question with the order's key is always the truth. So all a callback can do is to have that
/// question asked earlier.</remarks>
internal sealed partial class RecordCallback(
    IServiceScopeFactory scopes, IDatabase database, PaymentWake wake, IOptions<CallbackOptions> options,
    TimeProvider clock, ILogger<RecordCallback> logger)
{
    private const int ForgottenAtOnce = 10;

    public async Task HandleAsync(string provider, string id, PaymentCallback callback, CancellationToken stop)
    {
        await using var scope = scopes.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        await work.BeginAsync(stop);
        await ApplyAsync(work, provider, id, callback, stop);
        await work.CommitAsync(stop);
    }

    /// <summary>In a unit of work that is begun.</summary>
    internal async Task ApplyAsync(
        UnitOfWork work, string provider, string id, PaymentCallback callback, CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        Guid? order = Guid.TryParse(callback.Data.Charge, out var parsed) ? parsed : null;
        var isNew = await work.ExecuteAsync(
            """
            insert into payment_callbacks (provider, id, type, order_id, received_at) values ($1, $2, $3, $4, $5)
            on conflict (provider, id) do nothing
            """,
            [provider, id, callback.Type, order, now], stop) > 0;
        if (!isNew)
        {
            Log.KnownAlready(logger, id, provider);
            return;
        }
        Forget(work, now);
        if (order is null || await BringForwardAsync(work, order.Value, now, stop) == 0) return;
        work.AfterCommit(wake.Wake);
        Log.BroughtForward(logger, id, provider, callback.Type, order.Value);
    }

    /// <summary>The provider is asked a moment from now, if it would be asked later. Nothing happens where nothing is
    /// to be asked: what is settled stays settled.</summary>
    private Task<int> BringForwardAsync(UnitOfWork work, Guid order, DateTimeOffset now, CancellationToken stop) =>
        work.ExecuteAsync(
            """
            update payments set due_at = $2
            where order_id = $1 and due_at > $2 and state in ('Capturing', 'Refunding')
            """,
            [order, now + options.Value.AskAfter], stop);

    private void Forget(UnitOfWork work, DateTimeOffset now) => work.Enqueue(
        $"""
        delete from payment_callbacks where (provider, id) in (
            select provider, id from payment_callbacks where received_at < $1
            order by received_at limit {ForgottenAtOnce}{database.ForUpdateSkipLocked()})
        """,
        now - options.Value.KeptFor);

    private static partial class Log
    {
        [LoggerMessage(EventIds.CallbackKnown, LogLevel.Debug,
            "Callback {Id} of {Provider} came again and changes nothing")]
        public static partial void KnownAlready(ILogger logger, string id, string provider);

        [LoggerMessage(EventIds.CallbackTaken, LogLevel.Information,
            "Callback {Id} of {Provider} ({Type}): its provider is asked about order {Order} earlier")]
        public static partial void BroughtForward(
            ILogger logger, string id, string provider, string type, Guid order);
    }
}
