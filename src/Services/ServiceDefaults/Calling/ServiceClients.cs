using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Http.Resilience;

namespace Tessera.ServiceDefaults;

/// <summary>HTTP clients to the other services.</summary>
public static class ServiceClients
{
    /// <summary>
    /// Adds a typed client whose base address is the service's (<c>Services:Name</c>), over cleartext HTTP/2:
    /// each attempt limited to 2 s, safe methods tried up to three times within 5 s and on another
    /// replica, a breaker per service.
    /// </summary>
    public static IHttpClientBuilder AddServiceClient<TClient>(this IHostApplicationBuilder builder, string service)
        where TClient : class
    {
        var addresses = ServiceAddresses.Of(builder.Configuration, service);
        var client = builder.Services.AddHttpClient<TClient>().ConfigureForService(addresses);
        client.AddStandardResilienceHandler(resilience =>
        {
            resilience.AttemptTimeout.Timeout = TimeSpan.FromSeconds(2);
            resilience.TotalRequestTimeout.Timeout = TimeSpan.FromSeconds(5);
            resilience.Retry.MaxRetryAttempts = 2;
            resilience.Retry.Delay = TimeSpan.FromMilliseconds(50);
            resilience.Retry.UseJitter = true;
            resilience.Retry.DisableForUnsafeHttpMethods();
            resilience.CircuitBreaker.SamplingDuration = TimeSpan.FromSeconds(10);
            resilience.CircuitBreaker.MinimumThroughput = 20;
            resilience.CircuitBreaker.BreakDuration = TimeSpan.FromSeconds(2);
        });
        // Inside the retries: each attempt takes the next.
        client.AddHttpMessageHandler(() => new NextReplica(addresses));
        return client;
    }

    internal static IHttpClientBuilder ConfigureForService(
        this IHttpClientBuilder client, IReadOnlyList<Uri> addresses) => client
        .ConfigureHttpClient(http =>
        {
            http.BaseAddress = addresses[0];
            http.DefaultRequestVersion = HttpVersion.Version20;
            http.DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact;
            http.MaxResponseContentBufferSize = 4 * 1024 * 1024;
        })
        .ConfigurePrimaryHttpMessageHandler(services => StayInStore.Before(
            new SocketsHttpHandler
            {
                UseProxy = false,
                UseCookies = false,
                AllowAutoRedirect = false,
                ConnectTimeout = TimeSpan.FromSeconds(1),
                // A peer that vanished without closing (paused, cut off) is noticed within seconds.
                KeepAlivePingDelay = TimeSpan.FromSeconds(5),
                KeepAlivePingTimeout = TimeSpan.FromSeconds(5),
                KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            },
            services.GetRequiredService<IConfiguration>()))
        .SetHandlerLifetime(Timeout.InfiniteTimeSpan);

    private sealed class NextReplica(IReadOnlyList<Uri> addresses) : DelegatingHandler
    {
        private int _turn = -1;

        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (addresses.Count > 1)
            {
                var replica = addresses[(int)((uint)Interlocked.Increment(ref _turn) % (uint)addresses.Count)];
                request.RequestUri = new Uri(replica, request.RequestUri!.PathAndQuery);
            }
            return base.SendAsync(request, cancellationToken);
        }
    }
}
