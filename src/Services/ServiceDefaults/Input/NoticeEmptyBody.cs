using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Tessera.ServiceDefaults;

/// <summary>A body that turns out to be empty is none. Over HTTP/2 a request without a body may come in two frames, and
/// whether the second is here when the first is looked at is chance: an operation whose body may be left out then
/// answered 415 now and then, for want of a media type of nothing. So it is with a stated length of 0, which a gateway
/// passes on from clients of HTTP/1.1.</summary>
internal sealed class NoticeEmptyBody(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context) =>
        context.Request is { ContentLength: null or 0, ContentType: null }
        && context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true
            ? LookAsync(context)
            : next(context);

    private async Task LookAsync(HttpContext context)
    {
        var reader = context.Request.BodyReader;
        var begun = await reader.ReadAsync(context.RequestAborted);
        var isEmpty = begun is { IsCompleted: true, Buffer.IsEmpty: true };
        reader.AdvanceTo(begun.Buffer.Start); // Whoever reads the body reads all of it.
        if (isEmpty) context.Features.Set<IHttpRequestBodyDetectionFeature>(new NoBody());
        await next(context);
    }

    private sealed class NoBody : IHttpRequestBodyDetectionFeature
    {
        public bool CanHaveBody => false;
    }
}
