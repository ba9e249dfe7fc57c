using System.Text;
using Tessera.ServiceDefaults;

namespace Tessera.Gateway;

/// <summary>What a person sees at the store's address: what runs here, and where to go on.</summary>
internal static class ShowStart
{
    private static readonly string page = $$"""
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><title>Tessera</title>
        <meta name="viewport" content="width=device-width">
        <style>body{font:16px/1.5 system-ui;margin:2rem;max-width:40rem}</style></head>
        <body><main><h1>Tessera</h1>
        <p>An online store made of services. This gateway is the one address of all of them:</p>
        <ul>{{string.Concat(Shop.Services.Select(service => $"<li>{service}</li>"))}}</ul>
        <p>The REST interface stands at <code>/api/v1/…</code>.</p>
        <ul><li><a href="/docs">API reference</a></li>
        <li><a href="/health">Health of the whole</a></li>
        <li><a href="/.well-known/openid-configuration">OpenID Connect discovery</a></li></ul>
        </main></body></html>
        """;

    public static IResult Handle() => TypedResults.Text(page, "text/html", Encoding.UTF8);
}
