using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Tessera.ServiceDefaults;

/// <summary>Answers a body that is announced too large at once, and takes in (bounded) what is already under way: a client
/// that is still sending when the connection closes sees a reset instead of the answer.</summary>
internal sealed class LimitBody(RequestDelegate next)
{
    private const long DrainedBytesMax = 64 * 1024 * 1024;
    private static readonly TimeSpan drainTimeMax = TimeSpan.FromSeconds(5);

    public Task InvokeAsync(HttpContext context)
    {
        var limit = context.Features.Get<IHttpMaxRequestBodySizeFeature>();
        return limit?.MaxRequestBodySize is { } allowed && context.Request.ContentLength > allowed
            ? RefuseAsync(context, limit, allowed)
            : next(context);
    }

    private static async Task RefuseAsync(HttpContext context, IHttpMaxRequestBodySizeFeature limit, long allowed)
    {
        var announced = context.Request.ContentLength!.Value;
        if (!limit.IsReadOnly) limit.MaxRequestBodySize = DrainedBytesMax;
        await context.WriteProblem(StatusCodes.Status413PayloadTooLarge,
            $"The request body has {announced} bytes; {allowed} are allowed here.");
        await context.Response.Body.FlushAsync(context.RequestAborted);
        if (announced <= DrainedBytesMax) await DrainAsync(context);
    }

    private static async Task DrainAsync(HttpContext context)
    {
        using var slow = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        slow.CancelAfter(drainTimeMax);
        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            while (await context.Request.Body.ReadAsync(buffer, slow.Token) > 0) { }
        }
        catch (Exception away) when (away is OperationCanceledException or IOException or BadHttpRequestException)
        {
            // The client gave up or is too slow: it had its answer.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
