using Tessera.Cli.Keeping;
using Xunit;

namespace Tessera.Cli.Tests;

public sealed class BackupManifestTests : IDisposable
{
    private readonly TemporaryFolder _folder = Some.Folder();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Reads_what_was_written()
    {
        await WriteAsync();
        var read = await BackupManifest.ReadAsync(_folder.Path, Stop);
        Assert.Equal("sqlite", read.Engine);
        Assert.Equal("orders.db", read.Find("orders")!.Files[0].Path);
    }

    [Theory]
    [InlineData("{", "cannot be read")]
    [InlineData("{}", "does not say what the backup holds")]
    [InlineData("""{ "format": 1, "engine": "sqlite", "parts": [ { "name": "orders" } ] }""", "does not say what")]
    [InlineData("""{ "format": 2, "engine": "sqlite", "parts": [] }""", "has format 2")]
    [InlineData(
        """
        { "format": 1, "engine": "sqlite", "parts": [
            { "name": "orders", "files": [ { "path": "../../etc/passwd", "bytes": 1, "sha256": "" } ] } ] }
        """,
        "which is not in its folder")]
    public async Task Refuses_a_description_that_cannot_be_followed(string text, string because)
    {
        await File.WriteAllTextAsync(_folder.File("backup.json"), text, Stop);
        Assert.Contains(because, await RefusalAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_a_backup_that_is_not_whole()
    {
        await WriteAsync();
        await File.WriteAllTextAsync(_folder.File("orders.db"), "datb", Stop); // As long as it was.
        Assert.Contains("is not the file that was written", await RefusalAsync(), StringComparison.Ordinal);
        File.Delete(_folder.File("orders.db"));
        Assert.Contains("orders.db is missing", await RefusalAsync(), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private async Task WriteAsync()
    {
        await File.WriteAllTextAsync(_folder.File("orders.db"), "data", Stop);
        var file = await BackupFile.OfAsync(_folder.Path, "orders.db", Stop);
        await new BackupManifest(1, DateTimeOffset.UnixEpoch, "sqlite", [
            new BackupPart("orders", DateTimeOffset.UnixEpoch, [file]),
        ]).WriteAsync(_folder.Path, Stop);
    }

    private async Task<string> RefusalAsync() =>
        (await Assert.ThrowsAsync<UserError>(() => BackupManifest.ReadAsync(_folder.Path, Stop))).Message;
}
