using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Tessera.Cli.Testing;
using Xunit;

namespace Tessera.Cli.Tests;

public sealed class KafkaDownloadTests
{
    private const string Archive = "kafka_2.13-" + KafkaDownload.Version;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Keeps_what_has_the_published_digest(bool inGroups)
    {
        using var cache = Some.Folder();
        var archive = Packed();
        var digest = Convert.ToHexString(SHA512.HashData(archive));
        var groups = digest.Chunk(8).Select((group, at) => (at == 8 ? "\n  " : "") + new string(group));
        await using var publisher = new Publisher(archive, inGroups
            ? $"{Archive}.tgz: {string.Join(' ', groups)}\n"
            : $"{digest.ToLowerInvariant()}  {Archive}.tgz\n");
        var download = new KafkaDownload(publisher.Address, cache.Path);

        await download.FetchAsync(TestContext.Current.CancellationToken);

        Assert.True(download.IsHere);
        Assert.Equal("jar", await File.ReadAllTextAsync(
            Path.Combine(download.Home, "libs", "kafka_2.13.jar"), TestContext.Current.CancellationToken));
        Assert.Equal([download.Home], Directory.EnumerateFileSystemEntries(cache.Path));
    }

    [Fact]
    public async Task Throws_away_what_has_another_digest_and_says_so()
    {
        using var cache = Some.Folder();
        await using var publisher = new Publisher(Packed(), $"{new string('a', 128)}  {Archive}.tgz\n");
        var download = new KafkaDownload(publisher.Address, cache.Path);

        var refusal = await Assert.ThrowsAsync<UserError>(
            () => download.FetchAsync(TestContext.Current.CancellationToken));

        Assert.Contains("is not what its publisher says", refusal.Message, StringComparison.Ordinal);
        Assert.False(download.IsHere);
        Assert.Empty(Directory.EnumerateFileSystemEntries(cache.Path));
    }

    [Fact]
    public async Task Says_where_it_was_not_to_be_had()
    {
        using var cache = Some.Folder();
        var download = new KafkaDownload(new Uri("http://127.0.0.1:1/"), cache.Path);

        var refusal = await Assert.ThrowsAsync<UserError>(
            () => download.FetchAsync(TestContext.Current.CancellationToken));

        Assert.StartsWith(
            $"Kafka {KafkaDownload.Version} was not fetched from 127.0.0.1", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(cache.Path));
    }

    private static byte[] Packed()
    {
        using var packed = new MemoryStream();
        using (var compressed = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        using (var tar = new TarWriter(compressed))
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, $"{Archive}/libs/kafka_2.13.jar")
            {
                DataStream = new MemoryStream("jar"u8.ToArray()),
            });
        }
        return packed.ToArray();
    }

    /// <summary>Serves the archive and its digest on loopback.</summary>
    private sealed class Publisher : IAsyncDisposable
    {
        private readonly HttpListener _listener = new();
        private readonly Task _serving;

        public Publisher(byte[] archive, string digest)
        {
            using (var probe = new TcpListener(IPAddress.Loopback, 0))
            {
                probe.Start();
                Address = new Uri($"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/");
            }
            _listener.Prefixes.Add(Address.ToString());
            _listener.Start();
            _serving = ServeAsync(archive, Encoding.ASCII.GetBytes(digest));
        }

        public Uri Address { get; }

        public async ValueTask DisposeAsync()
        {
            _listener.Close(); // Not stopped before: closing would then take the port once more.
            await _serving;
        }

        private async Task ServeAsync(byte[] archive, byte[] digest)
        {
            try
            {
                while (true)
                {
                    var context = await _listener.GetContextAsync();
                    var isDigest = context.Request.Url!.AbsolutePath.EndsWith(".sha512", StringComparison.Ordinal);
                    await context.Response.OutputStream.WriteAsync(isDigest ? digest : archive);
                    context.Response.Close();
                }
            }
            catch (Exception stopped) when (stopped is HttpListenerException or ObjectDisposedException)
            {
                // The test is over.
            }
        }
    }
}
