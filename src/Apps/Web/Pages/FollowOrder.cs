using System.Globalization;
using Microsoft.AspNetCore.Authentication;
using Tessera.PageDefaults;

namespace Tessera.Web.Pages;

/// <summary>Passes the order's events on, from Orders, which wants a token, to the browser, which has a cookie.
/// </summary>
internal static class FollowOrder
{
    /// <param name="after">The last entry that the page shows.</param>
    public static async Task<IResult> Handle(
        Guid id, HttpContext context, StoreClient store, IHostApplicationLifetime process, int after = 0)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(
            context.RequestAborted, process.ApplicationStopping);
        // A number that the page or the browser keeps; anything else is neither's.
        var seen = int.TryParse(
            context.Request.Headers["Last-Event-ID"], NumberStyles.None, CultureInfo.InvariantCulture, out var last)
            ? last : after;
        var token = await context.GetTokenAsync("access_token");
        using var events = await store.OpenAsync(
            $"/orders/{id}/events", token, seen.ToString(CultureInfo.InvariantCulture), end.Token);
        if (events is null) return Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
        if (!events.IsSuccessStatusCode) return Results.StatusCode((int)events.StatusCode);
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["X-Accel-Buffering"] = "no"; // Proxies of others before the gateway.
        try
        {
            await using var body = await events.Content.ReadAsStreamAsync(end.Token);
            var buffer = new byte[4096];
            int read;
            while ((read = await body.ReadAsync(buffer, end.Token)) > 0)
            {
                await context.Response.Body.WriteAsync(buffer.AsMemory(0, read), end.Token);
                await context.Response.Body.FlushAsync(end.Token);
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or IOException or HttpRequestException)
        {
            // One of the two ends has gone: the browser comes back by itself, with the last that it has seen.
        }
        return Results.Empty;
    }
}
