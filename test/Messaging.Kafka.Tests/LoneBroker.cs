using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tessera.Messaging.Kafka.Tests;

/// <summary>A node that knows the few Kafka requests with which a client finds its cluster, and can be told to name no
/// node at all, as a node does that its controller has shut out.</summary>
internal sealed class LoneBroker : IAsyncDisposable
{
    private const short Metadata = 3, FindCoordinator = 10, ApiVersions = 18;
    private const short LeaderNotAvailable = 5, CoordinatorNotAvailable = 15;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _accepting;
    private int _answers;
    private volatile bool _named = true;

    public LoneBroker()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How many clients were told that this node exists.</summary>
    public int Answers => Volatile.Read(ref _answers);

    /// <summary>The next answer names no node and ends its connection; those that follow are as before.</summary>
    public void NameNoneOnce() => _named = false;

    /// <summary>Whether <see cref="NameNoneOnce"/> has come true.</summary>
    public bool NamedNone => _named;

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true) serving.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stopping.Token)));
        }
        catch (Exception) when (_stopping.IsCancellationRequested)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var _ = client;
        var stream = client.GetStream();
        var size = new byte[4];
        try
        {
            while (true)
            {
                await stream.ReadExactlyAsync(size, _stopping.Token);
                var request = new byte[BinaryPrimitives.ReadInt32BigEndian(size)];
                await stream.ReadExactlyAsync(request, _stopping.Token);
                var last = !_named;
                await stream.WriteAsync(Answer(new Cursor(request)), _stopping.Token);
                if (last && _named) return;
            }
        }
        catch (Exception) when (_stopping.IsCancellationRequested)
        {
        }
        catch (IOException)
        {
            // The client closed its connection.
        }
    }

    private byte[] Answer(Cursor request)
    {
        var (api, version, correlation) = (request.Int16(), request.Int16(), request.Int32());
        request.String();
        var answer = new Message().Int32(correlation);
        switch (api)
        {
            case ApiVersions when version >= 3:
                answer.Int16(0).Byte(4);
                foreach (var (known, last) in new[] { (Metadata, 1), (FindCoordinator, 0), (ApiVersions, 3) })
                    answer.Int16(known).Int16(0).Int16((short)last).Byte(0);
                answer.Int32(0).Byte(0);
                break;
            case FindCoordinator:
                answer.Int16(CoordinatorNotAvailable).Int32(-1).String("").Int32(-1);
                break;
            case Metadata:
                Describe(request, answer);
                break;
            default:
                throw new IOException($"Request {api} of version {version} was not announced");
        }
        return answer.Framed();
    }

    private void Describe(Cursor request, Message answer)
    {
        var topics = Enumerable.Range(0, Math.Max(0, request.Int32())).Select(_ => request.String()).ToList();
        var named = _named || topics.Count == 0;
        if (named) answer.Int32(1).Int32(1).String("127.0.0.1").Int32(Port).Int16(-1).Int32(1);
        else answer.Int32(0).Int32(-1);
        answer.Int32(topics.Count);
        foreach (var topic in topics)
        {
            answer.Int16(0).String(topic).Byte(0).Int32(1)
                .Int16(named ? (short)0 : LeaderNotAvailable).Int32(0).Int32(named ? 1 : -1)
                .Int32(1).Int32(1).Int32(0);
        }
        if (named) Interlocked.Increment(ref _answers);
        else _named = true;
    }

    /// <summary>Reads Kafka's primitive types (https://kafka.apache.org/protocol#protocol_types).</summary>
    private sealed class Cursor(byte[] bytes)
    {
        private int _at;

        public short Int16() => BinaryPrimitives.ReadInt16BigEndian(Take(2));

        public int Int32() => BinaryPrimitives.ReadInt32BigEndian(Take(4));

        public string String() => Int16() is var length and > 0 ? Encoding.UTF8.GetString(Take(length)) : "";

        private ReadOnlySpan<byte> Take(int length) => bytes.AsSpan((_at += length) - length, length);
    }

    /// <summary>Writes them.</summary>
    private sealed class Message
    {
        private readonly List<byte> _bytes = [0, 0, 0, 0];

        public Message Byte(byte value)
        {
            _bytes.Add(value);
            return this;
        }

        public Message Int16(short value) => Byte((byte)(value >> 8)).Byte((byte)value);

        public Message Int32(int value) => Int16((short)(value >> 16)).Int16((short)value);

        public Message String(string value)
        {
            Int16((short)value.Length);
            _bytes.AddRange(Encoding.UTF8.GetBytes(value));
            return this;
        }

        public byte[] Framed()
        {
            var framed = _bytes.ToArray();
            BinaryPrimitives.WriteInt32BigEndian(framed, framed.Length - 4);
            return framed;
        }
    }
}
