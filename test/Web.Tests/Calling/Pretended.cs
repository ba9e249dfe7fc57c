using System.Net;
using System.Net.Http.Json;

namespace Tessera.Web.Tests.Calling;

/// <summary>The gateway as the pages see it: what was asked, and an answer of the test's own.</summary>
internal sealed class Pretended(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
{
    public List<HttpRequestMessage> Asked { get; } = [];

    public static HttpResponseMessage Json(object value) =>
        new(HttpStatusCode.OK) { Content = JsonContent.Create(value, value.GetType()) };

    protected override Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        lock (Asked) Asked.Add(request);
        var answered = answer(request);
        cancellationToken.ThrowIfCancellationRequested(); // As a connection is given up when nobody waits any longer.
        return Task.FromResult(answered);
    }
}
