using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;

namespace Tessera.Cli.Testing;

/// <summary>
/// Fetches Apache Kafka for the tests and unpacks it where it stays for the next run. It is used only when its SHA-512
/// is the one that its publisher states beside it.
/// </summary>
internal sealed class KafkaDownload(Uri publisher, string cache)
{
    public const string Version = "4.3.0";

    private const string Name = "kafka_2.13-" + Version;

    /// <summary>The release is some 130 MB; a line that needs longer is as good as none.</summary>
    private static readonly TimeSpan _timeout = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan _connectTimeout = TimeSpan.FromSeconds(10);

    /// <summary>The publisher's archive keeps every release, and each one's digest beside it.</summary>
    public static KafkaDownload FromItsPublisher() =>
        new(new Uri($"https://archive.apache.org/dist/kafka/{Version}/"), DefaultCache());

    /// <summary>Where it lies when it was fetched.</summary>
    public string Home => Path.Combine(cache, Name);

    public bool IsHere => Directory.Exists(Path.Combine(Home, "libs"));

    /// <exception cref="UserError">It could not be fetched, or is not what its publisher says.</exception>
    public async Task FetchAsync(CancellationToken stop)
    {
        Directory.CreateDirectory(cache);
        var work = Directory.CreateDirectory(Path.Combine(cache, $".{Name}-{Environment.ProcessId}")).FullName;
        try
        {
            using var http = new HttpClient(new SocketsHttpHandler { ConnectTimeout = _connectTimeout });
            http.Timeout = _timeout;
            var expected = ReadDigest(await http.GetStringAsync(new Uri(publisher, Name + ".tgz.sha512"), stop));
            var archive = Path.Combine(work, Name + ".tgz");
            await using (var file = File.Create(archive))
            await using (var body = await http.GetStreamAsync(new Uri(publisher, Name + ".tgz"), stop))
                await body.CopyToAsync(file, stop);
            await CheckAsync(archive, expected, stop);
            await using (var file = File.OpenRead(archive))
            await using (var unpacked = new GZipStream(file, CompressionMode.Decompress))
                await TarFile.ExtractToDirectoryAsync(unpacked, work, overwriteFiles: false, stop);
            // In one step, so that no other run sees a part of it.
            if (!IsHere) Directory.Move(Path.Combine(work, Name), Home);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or InvalidDataException
            || (failure is OperationCanceledException && !stop.IsCancellationRequested))
        {
            throw new UserError($"Kafka {Version} was not fetched from {publisher.Host}: {failure.Message}");
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private static async Task CheckAsync(string archive, string expected, CancellationToken stop)
    {
        await using var file = File.OpenRead(archive);
        var actual = Convert.ToHexString(await SHA512.HashDataAsync(file, stop));
        if (actual != expected)
        {
            throw new UserError(
                $"{Name}.tgz is not what its publisher says: its SHA-512 begins with {actual[..16]}, " +
                $"stated is {expected[..16]}. It was thrown away.");
        }
    }

    /// <summary>Either form in which Apache writes it: <c>name: 0A1B 2C3D …</c> over several lines, or
    /// <c>0a1b2c3d…  name</c>.</summary>
    internal static string ReadDigest(string text)
    {
        var digits = text.Replace(Name + ".tgz", "", StringComparison.Ordinal)
            .Where(char.IsAsciiHexDigit).Select(char.ToUpperInvariant).ToArray();
        return digits.Length == 128
            ? new string(digits)
            : throw new InvalidDataException("the digest beside it is not a SHA-512");
    }

    private static string DefaultCache() =>
        Path.Combine(
            Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } given
                ? given
                : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
            "tessera");
}
