using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using Tessera.Testing.Servers;

namespace Tessera.Notifications.Tests;

/// <summary>Users, as far as Notifications asks it: a token for its own client, everybody's address, and what has
/// ended: nothing.</summary>
internal sealed class PretendedUsers : IAsyncDisposable
{
    public const string Secret = "a-secret-of-the-test";
    private readonly HttpListener _listener = new();
    private readonly Task _answering;

    public PretendedUsers()
    {
        Address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort.Next()}/");
        _listener.Prefixes.Add(Address);
        _listener.Start();
        _answering = AnswerAsync();
    }

    public string Address { get; }

    /// <summary>What was asked in a way that Users would have refused.</summary>
    public ConcurrentQueue<string> Refused { get; } = [];

    public static string AddressOf(Guid user) => $"{user:N}@example.org";

    public async ValueTask DisposeAsync()
    {
        _listener.Close(); // Not stopped before: closing would then take the port once more.
        await _answering;
    }

    private async Task AnswerAsync()
    {
        while (_listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception stopped) when (stopped is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
            try
            {
                await AnswerAsync(context);
            }
            catch (HttpListenerException)
            {
                // Who asked was killed.
            }
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        var (request, path) = (context.Request, context.Request.Url!.AbsolutePath);
        if (path == "/connect/token" && request.Headers["Authorization"] == "Basic " +
            Convert.ToBase64String(Encoding.UTF8.GetBytes("notifications:" + Secret)))
        {
            await WriteAsync(context, """{"access_token":"good","token_type":"Bearer","expires_in":600}""");
            return;
        }
        if (path.Split('/') is ["", "users", var id, "contact"] && Guid.TryParse(id, out var user)
            && request.Headers["Authorization"] == "Bearer good")
        {
            await WriteAsync(context, $$"""{"id":"{{user}}","email":"{{AddressOf(user)}}","name":"Ada"}""");
            return;
        }
        if (path is "/internal/erased" or "/internal/ended")
        {
            await WriteAsync(context, "[]");
            return;
        }
        Refused.Enqueue($"{request.HttpMethod} {path}");
        context.Response.StatusCode = 401;
        context.Response.Close();
    }

    private static async Task WriteAsync(HttpListenerContext context, string json)
    {
        context.Response.ContentType = "application/json";
        await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(json));
        context.Response.Close();
    }
}
