using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tessera.Catalog.Contracts;

namespace Tessera.Testing.Services;

/// <summary>Answers GET /products/{sku} over cleartext HTTP/2, as long as it is told to.</summary>
public sealed class PretendedCatalog : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, ProductView> _products = new(StringComparer.Ordinal);
    private int _asked;

    private PretendedCatalog()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.MapGet("/products/{sku}", (string sku) =>
        {
            Interlocked.Increment(ref _asked);
            if (IsAway) return Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
            return _products.TryGetValue(sku, out var product) ? Results.Ok(product) : Results.NotFound();
        });
    }

    public bool IsAway { get; set; }

    public int Asked => Volatile.Read(ref _asked);

    public string Address =>
        _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    public static async Task<PretendedCatalog> StartAsync()
    {
        var catalog = new PretendedCatalog();
        await catalog._app.StartAsync();
        return catalog;
    }

    public void Put(string sku, long priceMinor, bool withdrawn = false) => _products[sku] =
        new ProductView(sku, "The product " + sku, null, "things", priceMinor, "GBP", withdrawn, 1);

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
