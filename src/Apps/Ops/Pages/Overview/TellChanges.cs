using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Tessera.Ops.Calling;
using Tessera.Ops.Chaos;
using Tessera.Stories;
using Tessera.Webhooks.Contracts;

namespace Tessera.Ops.Pages.Overview;

/// <summary>GET /ops/changes?of=…: tells a window when what it shows has changed, by server-sent events. It asks the
/// services what the page asks, and says only that there is something new: the window then asks for the page.</summary>
internal static class TellChanges
{
    private const string WebhookPrefix = "webhook-";
    private static readonly TimeSpan ping = TimeSpan.FromSeconds(15);

    /// <param name="of"><c>overview</c>, <c>messaging</c>, <c>parked</c>, <c>webhooks</c>, <c>webhook-</c> and an
    /// endpoint's number, or an order's number.</param>
    public static async Task<IResult> Handle(
        string of, Operator me, ReadSystem system, ReadOverview overview, LocalStore local, Watchers watchers,
        IOptions<OpsOptions> options, IHostApplicationLifetime process, TimeProvider clock)
    {
        var context = me.Context;
        if (Look(of, me, system, overview, local, clock) is not { } look) return Faults.NotFound();
        if (!watchers.TryEnter()) return Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(
            context.RequestAborted, process.ApplicationStopping);
        try
        {
            context.Response.ContentType = "text/event-stream";
            context.Response.Headers.CacheControl = "no-store";
            context.Response.Headers["X-Accel-Buffering"] = "no"; // Proxies of others before the gateway.
            var every = options.Value.LookEvery.TotalMilliseconds;
            await SayAsync(context, "looking", end.Token, every.ToString("0", CultureInfo.InvariantCulture));
            await FollowAsync(
                context, stop => watchers.LookAsync(of, each => MarkAsync(look, each), stop), options.Value.LookEvery,
                clock, end.Token);
        }
        catch (Exception ended) when (ended is OperationCanceledException or IOException or TokenRefusedException)
        {
            // The window has gone, or the services take its token no more. In that case the browser opens the stream
            // again by itself, the script then asks for the page, and its answer leads to the sign-in.
        }
        finally
        {
            watchers.Leave();
        }
        return Results.Empty;
    }

    private static async Task FollowAsync(
        HttpContext context, Func<CancellationToken, Task<string>> look, TimeSpan every, TimeProvider clock,
        CancellationToken stop)
    {
        var (seen, said) = (await look(stop), clock.GetTimestamp());
        while (true)
        {
            await Task.Delay(every, clock, stop);
            var now = await look(stop);
            if (now != seen) await SayAsync(context, "changed", stop);
            else if (clock.GetElapsedTime(said) > ping) await SayAsync(context, "ping", stop);
            else continue;
            (seen, said) = (now, clock.GetTimestamp());
        }
    }

    private static async Task SayAsync(
        HttpContext context, string what, CancellationToken stop, string? data = null)
    {
        await context.Response.WriteAsync($"event: {what}\ndata: {data ?? what}\n\n", stop);
        await context.Response.Body.FlushAsync(stop);
    }

    /// <summary>One text for all that is seen: it is another one when something has changed.</summary>
    internal static async Task<string> MarkAsync(Func<CancellationToken, Task<object?>> look, CancellationToken stop) =>
        Convert.ToHexString(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(await look(stop))));

    internal static Func<CancellationToken, Task<object?>>? Look(
        string of, Operator me, ReadSystem system, ReadOverview overview, LocalStore local,
        TimeProvider clock) => of switch
    {
        "overview" => async stop => (await overview.ReadAsync(stop)).Mark,
        "messaging" => async stop =>
            (await system.MessagingAsync(stop)).Select(each => new { each.Told.Fault, Of = Counts(each.Told.Value) })
                .ToArray(),
        "chaos" when local.IsOpen => _ => Task.FromResult<object?>(local.Read()),
        "parked" => async stop => (await system.CausesAsync(stop)).Select(each => each.Told).ToArray(),
        "webhooks" => async stop => (await me.GetAsync<EndpointPage>("/webhooks?size=50", stop)).Value,
        _ when of.StartsWith(WebhookPrefix, StringComparison.Ordinal)
            && Guid.TryParse(of.AsSpan(WebhookPrefix.Length), out var endpoint) => async stop => new
            {
                Endpoint = (await me.GetAsync<EndpointView>($"/webhooks/{endpoint}", stop)).Value,
                Deliveries = (await me.GetAsync<DeliveryPage>($"/webhooks/{endpoint}/deliveries?size=50", stop)).Value,
            },
        _ when Guid.TryParse(of, out var order) => async stop =>
        {
            // The story beside what it is made of: an event that nobody sends, or a timer that nobody works off,
            // becomes trouble by the time alone, while each service says what it said before. Ages are no part of it,
            // so it is the same from one look to the next until something turns.
            var sources = await StorySources.ReadAsync(me, order, stop);
            return new
            {
                sources.Order, sources.Stock, sources.Payment, Waiting = sources.Waiting.ToArray(),
                Story = TellStory.From(sources, clock.GetUtcNow()),
            };
        },
        _ => null,
    };

    public static object? Counts(MessagingStatus? status) => status is null ? null : new
    {
        status.Outbox.Rows, status.Outbox.HeldKeys, status.Held, status.Parked, status.Timers,
        Late = status.Outbox.OldestSeconds > 5, Overdue = status.TimersOverdueSeconds > 5,
        Read = status.Subscriptions.Select(one => new
        {
            one.Stream, one.Unread, one.Unavailable, Late = one.OldestUnreadSeconds > 5,
            Owners = one.Partitions.Select(partition => partition.Owner),
        }),
    };
}
