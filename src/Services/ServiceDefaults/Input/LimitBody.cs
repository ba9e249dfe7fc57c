using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Tessera.ServiceDefaults;

/// <summary>Refuses a body that is too large, and takes in (bounded) what of it is already under way: a client that is
/// still sending when the connection closes sees a reset instead of the answer.</summary>
internal sealed class LimitBody(RequestDelegate next)
{
    private const long DrainedBytesMax = 64 * 1024 * 1024;
    private static readonly TimeSpan drainTimeMax = TimeSpan.FromSeconds(5);

    public Task InvokeAsync(HttpContext context)
    {
        var limit = context.Features.Get<IHttpMaxRequestBodySizeFeature>();
        if (limit is not { IsReadOnly: false, MaxRequestBodySize: { } allowed }) return next(context);
        if (context.Request.ContentLength is { } announced)
            return announced > allowed ? RefuseAsync(context, limit, announced, allowed) : next(context);
        return context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true
            ? CountAsync(context, limit, allowed)
            : next(context);
    }

    private static async Task RefuseAsync(
        HttpContext context, IHttpMaxRequestBodySizeFeature limit, long announced, long allowed)
    {
        limit.MaxRequestBodySize = DrainedBytesMax;
        await context.WriteProblem(StatusCodes.Status413PayloadTooLarge,
            $"The request body has {announced} bytes; {allowed} are allowed here.");
        await context.Response.Body.FlushAsync(context.RequestAborted);
        if (announced <= DrainedBytesMax) await DrainAsync(context, context.Request.Body);
    }

    private async Task CountAsync(HttpContext context, IHttpMaxRequestBodySizeFeature limit, long allowed)
    {
        var body = context.Request.Body;
        var counted = new CountedBody(body, allowed);
        limit.MaxRequestBodySize = DrainedBytesMax; // The server's own limit would end the connection.
        context.Request.Body = counted;
        await next(context);
        if (!counted.IsExceeded) return;
        await context.Response.Body.FlushAsync(context.RequestAborted);
        await DrainAsync(context, body);
    }

    private static async Task DrainAsync(HttpContext context, Stream body)
    {
        using var slow = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        slow.CancelAfter(drainTimeMax);
        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            while (await body.ReadAsync(buffer, slow.Token) > 0) { }
        }
        catch (Exception away) when (away is OperationCanceledException or IOException or InvalidOperationException)
        {
            // The client gave up, is too slow or sends on without end: it had its answer.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
