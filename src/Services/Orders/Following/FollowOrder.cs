using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Tessera.ServiceDefaults;

namespace Tessera.Orders;

/// <summary>The order's history as it happens, as server-sent events: what has been, then each entry once it is
/// committed. An event's id is the entry's place in the history, so who comes back with <c>Last-Event-ID</c>, to any
/// replica, misses nothing and gets nothing twice.</summary>
internal static class FollowOrder
{
    public const string MediaType = "text/event-stream";

    public static async Task<IResult> Handle(
        Guid id, [FromHeader(Name = "Last-Event-ID")] string? lastEventId, Caller caller, HttpContext http,
        PlacedOrders orders, Followers followers, TimeProvider clock, IHostApplicationLifetime process)
    {
        if (!TryRead(lastEventId, out var seen))
        {
            return TypedResults.Problem(
                $"Last-Event-ID is '{lastEventId}': expected the id of an event of this order.", statusCode: 400);
        }
        if (await orders.FindAsync(id, http.RequestAborted) is not { } found || !caller.MaySee(found.Buyer))
            return ReadOrders.NotFound(id);
        var outcome = followers.TryAdd(id, caller.Id, http.User, ExpiryOf(http));
        if (outcome is not FollowOutcome.Added(var follower))
        {
            http.Response.Headers.RetryAfter = "5";
            return outcome is FollowOutcome.TooManyOfCaller
                ? TypedResults.Problem("You follow too many orders at once. End one, or try again.", statusCode: 429)
                : TypedResults.Problem("Too many follow orders here now. Try again.", statusCode: 503);
        }
        using (follower)
        {
            using var end = CancellationTokenSource.CreateLinkedTokenSource(
                http.RequestAborted, process.ApplicationStopping);
            Announce(http);
            try
            {
                await WriteAsync(http, "retry: 1000\n\n", end.Token);
                await FollowAsync(http, follower, followers, orders, seen, clock, end.Token);
            }
            catch (OperationCanceledException)
            {
                // The client has gone, or this process is about to: the client comes back to another.
            }
        }
        return Results.Empty;
    }

    /// <summary>HEAD would otherwise follow, and never end.</summary>
    public static async Task<IResult> Head(Guid id, Caller caller, HttpContext http, PlacedOrders orders)
    {
        if (await orders.FindAsync(id, http.RequestAborted) is not { } found || !caller.MaySee(found.Buyer))
            return ReadOrders.NotFound(id);
        Announce(http);
        return Results.Empty;
    }

    private static async Task FollowAsync(
        HttpContext http, Follower follower, Followers followers, PlacedOrders orders, int seen, TimeProvider clock,
        CancellationToken end)
    {
        while (true)
        {
            if (followers.HasEnded(follower, clock.GetUtcNow()))
            {
                await WriteAsync(http, ": the access token has ended\n\n", end);
                return;
            }
            var isSilent = true;
            foreach (var (version, entry) in await orders.HistoryAfterAsync(follower.Order, seen, end))
            {
                var data = JsonSerializer.Serialize(entry, JsonSerializerOptions.Web);
                await WriteAsync(http, string.Create(
                    CultureInfo.InvariantCulture, $"id: {version}\nevent: history\ndata: {data}\n\n"), end);
                seen = version;
                isSilent = false;
            }
            // Something now and then, so that nobody on the way takes the silence for a dead connection.
            if (isSilent) await WriteAsync(http, ":\n\n", end);
            follower.WrittenAt = clock.GetTimestamp();
            await follower.SleepAsync(end);
        }
    }

    private static void Announce(HttpContext http)
    {
        http.Response.ContentType = MediaType;
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers["X-Accel-Buffering"] = "no"; // Proxies of others before the gateway.
    }

    private static async Task WriteAsync(HttpContext http, string text, CancellationToken end)
    {
        await http.Response.WriteAsync(text, end);
        await http.Response.Body.FlushAsync(end);
    }

    private static bool TryRead(string? lastEventId, out int seen)
    {
        seen = 0;
        return string.IsNullOrEmpty(lastEventId)
            || (int.TryParse(lastEventId, NumberStyles.None, CultureInfo.InvariantCulture, out seen) && seen >= 0);
    }

    private static DateTimeOffset ExpiryOf(HttpContext http) =>
        long.TryParse(http.User.FindFirst("exp")?.Value, CultureInfo.InvariantCulture, out var seconds)
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : DateTimeOffset.MinValue;
}
