using System.Net;
using System.Text;

namespace Tessera.Web.Tests;

/// <summary>A page of somebody else, with a form that goes to the shop.</summary>
internal sealed class ForeignSite : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Task _answering;

    private ForeignSite(string address, string target)
    {
        Address = address;
        _listener.Prefixes.Add(address);
        _listener.Start();
        _answering = AnswerAsync($"""
            <!doctype html><title>Elsewhere</title>
            <form method="post" action="{target}"><input name="sku" value="A1"><input name="quantity" value="1">
            <button>Win a prize</button></form>
            """);
    }

    public string Address { get; }

    public static Task<ForeignSite> StartAsync(string target)
    {
        using var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var port = ((IPEndPoint)probe.LocalEndpoint).Port;
        probe.Stop();
        return Task.FromResult(new ForeignSite($"http://127.0.0.1:{port}/", target));
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _answering;
    }

    private async Task AnswerAsync(string page)
    {
        while (true)
        {
            try
            {
                var context = await _listener.GetContextAsync();
                context.Response.ContentType = "text/html";
                await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(page));
                context.Response.Close();
            }
            catch (Exception ended) when (ended is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}
