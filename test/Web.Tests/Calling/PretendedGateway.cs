using System.Net;
using System.Text;

namespace Tessera.Web.Tests.Calling;

/// <summary>A gateway that says to everything what the test wants.</summary>
internal sealed class PretendedGateway : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Task _answering;

    public PretendedGateway()
    {
        using var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        Address = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/";
        probe.Stop();
        _listener.Prefixes.Add(Address);
        _listener.Start();
        _answering = AnswerAsync();
    }

    public string Address { get; }

    public (int Status, string Json) Answer { get; set; } = (503, "{}");

    /// <summary>What it says to some requests, by method and path; null for those that get <see cref="Answer"/>.
    /// </summary>
    public Func<string, string, (int Status, string Json)?>? AnswerTo { get; set; }

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _answering;
    }

    private async Task AnswerAsync()
    {
        while (true)
        {
            try
            {
                var context = await _listener.GetContextAsync();
                var asked = context.Request;
                (context.Response.StatusCode, var json) =
                    AnswerTo?.Invoke(asked.HttpMethod, asked.Url!.AbsolutePath) ?? Answer;
                context.Response.ContentType = "application/json";
                await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(json));
                context.Response.Close();
            }
            catch (Exception ended) when (ended is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}
