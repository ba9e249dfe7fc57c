using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tessera.Gateway.Tests;

/// <summary>One HTTP/1.1 connection on which a test says exactly the bytes it means.</summary>
internal sealed class RawConnection : IAsyncDisposable
{
    private readonly TcpClient _client;
    private readonly BufferedStream _stream;

    private RawConnection(TcpClient client) =>
        (_client, _stream) = (client, new BufferedStream(client.GetStream(), 64 * 1024));

    /// <param name="machine">Where it is reached; over loopback unless said.</param>
    public static async Task<RawConnection> OpenAsync(Uri gateway, IPAddress? machine = null)
    {
        var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(machine ?? IPAddress.Loopback, gateway.Port);
        return new RawConnection(client);
    }

    /// <summary>Text as Latin-1: each character is one byte.</summary>
    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        await _stream.WriteAsync(bytes);
        await _stream.FlushAsync();
    }

    /// <summary>Says that nothing more will be sent.</summary>
    public void EndSending() => _client.Client.Shutdown(SocketShutdown.Send);

    /// <summary>The next answer; nothing when the gateway has closed the connection instead.</summary>
    public async Task<RawAnswer?> ReadAsync(bool isHead = false)
    {
        if (await LineAsync() is not { Length: > 0 } first) return null;
        var headers = new List<(string Name, string Value)>();
        while (await LineAsync() is { Length: > 0 } line)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            headers.Add((line[..colon], line[(colon + 1)..].Trim()));
        }
        var answer = new RawAnswer(
            int.Parse(first.Split(' ')[1], CultureInfo.InvariantCulture), headers, Body: "");
        if (isHead || answer.Status is 204 or 304) return answer;
        if (answer.Header("Transfer-Encoding") == "chunked") return answer with { Body = await ChunksAsync() };
        var length = int.Parse(answer.Header("Content-Length") ?? "0", CultureInfo.InvariantCulture);
        return answer with { Body = await BytesAsync(length) };
    }

    /// <summary>One line as it comes, without its end; nothing when the other side has ended.</summary>
    public async Task<string?> LineAsync()
    {
        var line = new StringBuilder();
        var one = new byte[1];
        try
        {
            while (await _stream.ReadAsync(one) == 1)
            {
                if (one[0] == '\n') return line.ToString().TrimEnd('\r');
                line.Append((char)one[0]);
            }
        }
        catch (IOException)
        {
            // Reset: as good as closed.
        }
        return line.Length == 0 ? null : line.ToString();
    }

    /// <summary>Everything until the gateway closes.</summary>
    public async Task<string> RestAsync()
    {
        var rest = new StringBuilder();
        while (await LineAsync() is { } line) rest.Append(line).Append('\n');
        return rest.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _stream.DisposeAsync();
        }
        catch (IOException)
        {
            // What could not be sent does not matter any more.
        }
        _client.Dispose();
    }

    private async Task<string> ChunksAsync()
    {
        var body = new StringBuilder();
        while (await LineAsync() is { } size)
        {
            var length = int.Parse(size.Split(';')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (length > 0) body.Append(await BytesAsync(length));
            await LineAsync();
            if (length == 0) break;
        }
        return body.ToString();
    }

    private async Task<string> BytesAsync(int count)
    {
        var bytes = new byte[count];
        await _stream.ReadExactlyAsync(bytes);
        return Encoding.UTF8.GetString(bytes);
    }
}

internal sealed record RawAnswer(int Status, IReadOnlyList<(string Name, string Value)> Headers, string Body)
{
    public string? Header(string name)
    {
        var values = Headers.Where(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            .Select(header => header.Value).ToArray();
        return values.Length == 0 ? null : string.Join(", ", values);
    }
}
