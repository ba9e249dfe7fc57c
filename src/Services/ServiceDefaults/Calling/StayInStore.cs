using System.Net;
using Microsoft.Extensions.Configuration;

namespace Tessera.ServiceDefaults;

/// <summary>Names the store in each request to another process, and takes one of another store that answers there for
/// nobody: the request had no effect.</summary>
public sealed class StayInStore : DelegatingHandler
{
    /// <summary>The gateway lets no client set it.</summary>
    public const string Header = "X-Tessera-Instance";

    private readonly string _instance;

    private StayInStore(string instance, HttpMessageHandler inner)
        : base(inner) => _instance = instance;

    /// <summary><paramref name="inner"/> itself, where no instance is configured.</summary>
    public static HttpMessageHandler Before(HttpMessageHandler inner, IConfiguration configuration) =>
        configuration[TesseraOptions.Section + ":" + nameof(TesseraOptions.Instance)] is { Length: > 0 } instance
            ? new StayInStore(instance, inner)
            : inner;

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.TryAddWithoutValidation(Header, _instance);
        var response = await base.SendAsync(request, cancellationToken);
        if (response.StatusCode != HttpStatusCode.MisdirectedRequest) return response;
        response.Dispose();
        throw new HttpRequestException(
            HttpRequestError.InvalidResponse,
            $"A process of another store answers at {request.RequestUri?.Authority}.");
    }
}
