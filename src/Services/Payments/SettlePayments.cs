using System.Threading.Channels;
using Microsoft.Extensions.Options;
using Tessera.Messaging;
using Tessera.Messaging.Hosting;

namespace Tessera.Payments;

/// <summary>The worker: takes due payments, asks the provider about many at once, records the
/// answers as they come.</summary>
internal sealed partial class SettlePayments(
    PaymentClaims claims, AskProvider ask, RecordAnswers record, PaymentWake wake, MessagingHealth health,
    IOptions<PaymentOptions> options, TimeProvider clock, ILogger<SettlePayments> logger) : BackgroundService
{
    private const int RecordedAtOnceMax = 128;

    private readonly SemaphoreSlim _calls = new(options.Value.ProviderCallsMax);

    // Bounded by the calls: each adds one answer before it gives its place back.
    private readonly Channel<ProviderAnswer> _answers = Channel.CreateBounded<ProviderAnswer>(
        options.Value.ProviderCallsMax);

    public override void Dispose()
    {
        _calls.Dispose();
        base.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(
            EndlessLoop.RunAsync("Asking the provider", AskAsync, clock, logger, stoppingToken),
            EndlessLoop.RunAsync("Recording the provider's answers", RecordAsync, clock, logger, stoppingToken));

    private async Task AskAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var due = (health.IsDatabasePrepared ? await claims.NextDueInAsync(stop) : null) ?? TimeSpan.MaxValue;
                if (due <= TimeSpan.Zero || await WaitAsync(due, stop)) await AskAllDueAsync(stop);
            }
            catch (Exception failure) when (!stop.IsCancellationRequested)
            {
                Log.RoundFailed(logger, failure);
                await Task.Delay(
                    options.Value.PollInterval, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return; // What was taken comes back by itself.
            }
        }
    }

    /// <summary>True when woken: something is due now.</summary>
    private Task<bool> WaitAsync(TimeSpan due, CancellationToken stop)
    {
        // A timer of the runtime may fire a little early: a millisecond more, and the payment is surely due.
        var wait = due < options.Value.PollInterval ? due + TimeSpan.FromMilliseconds(1) : options.Value.PollInterval;
        return wake.WaitAsync(wait, stop);
    }

    private async Task AskAllDueAsync(CancellationToken stop)
    {
        while (true)
        {
            // Never more than can be asked at once: a claim that waits in memory runs out of its time.
            await _calls.WaitAsync(stop);
            var free = 1;
            while (_calls.Wait(TimeSpan.Zero, stop)) free++;
            IReadOnlyList<PaymentClaim> taken = [];
            try
            {
                taken = await claims.TakeAsync(free, stop);
            }
            finally
            {
                if (free > taken.Count) _calls.Release(free - taken.Count);
            }
            foreach (var claim in taken) _ = AskOneAsync(claim, stop);
            if (taken.Count < free) return;
        }
    }

    private async Task AskOneAsync(PaymentClaim claim, CancellationToken stop)
    {
        try
        {
            if (await ask.HandleAsync(claim, stop) is { } answer) await _answers.Writer.WriteAsync(answer, stop);
        }
        catch (Exception failure)
        {
            // Also the putting off failed, or the process stops. The claim runs out and the payment is due again.
            if (!stop.IsCancellationRequested) Log.RoundFailed(logger, failure);
        }
        finally
        {
            Release();
        }
    }

    private void Release()
    {
        try
        {
            _calls.Release();
        }
        catch (ObjectDisposedException)
        {
            // The process stops while a call was under way.
        }
    }

    private async Task RecordAsync(CancellationToken stop)
    {
        var batch = new List<ProviderAnswer>(RecordedAtOnceMax);
        try
        {
            while (await _answers.Reader.WaitToReadAsync(stop))
            {
                while (batch.Count < RecordedAtOnceMax && _answers.Reader.TryRead(out var answer)) batch.Add(answer);
                await RecordBatchAsync(batch, stop);
                batch.Clear();
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // What was answered and not recorded is asked again after the next start, and answered alike.
        }
    }

    /// <summary>One answer that cannot be recorded must not hold up the others, so a batch that fails is redone singly.
    /// What is not recorded is asked again when its claim runs out: the provider gives the same answer.</summary>
    private async Task RecordBatchAsync(List<ProviderAnswer> batch, CancellationToken stop)
    {
        try
        {
            await record.HandleAsync(batch, stop);
            return;
        }
        catch (Exception failure) when (!stop.IsCancellationRequested)
        {
            if (batch.Count == 1) Log.RecordFailed(logger, failure, batch[0].Claim.Order);
        }
        if (batch.Count == 1) return;
        foreach (var answer in batch) await RecordBatchAsync([answer], stop);
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.RoundFailed, LogLevel.Warning,
            "A round of the payment worker failed; the next one follows")]
        public static partial void RoundFailed(ILogger logger, Exception failure);

        [LoggerMessage(EventIds.RecordFailed, LogLevel.Error,
            "The provider's answer for order {Order} could not be stored; it will be asked again")]
        public static partial void RecordFailed(ILogger logger, Exception failure, Guid order);
    }
}
