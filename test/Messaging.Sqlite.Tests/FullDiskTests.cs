using System.Diagnostics;
using Tessera.Messaging.Conformance;
using Tessera.Messaging.Transport;
using Tessera.Testing;
using Xunit;

namespace Tessera.Messaging.Sqlite.Tests;

/// <summary>A full disk gives a clear error and loses nothing, and all goes on when there is room again.</summary>
public sealed class FullDiskTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_log_at_its_size_limit_refuses_more_says_which_and_goes_on_when_it_was_read()
    {
        await using var log = new LogUnderTest
        {
            Configure = options => (options.SizeBytesMax, options.RetainRead) = (1024 * 1024, TimeSpan.Zero),
        };
        var transport = await log.StartAsync("orders");
        var (accepted, failure) = await FillAsync(transport);
        Assert.Contains("Messaging:Embedded:SizeBytesMax", failure.Message, StringComparison.Ordinal);
        Assert.Contains(log.File, failure.Message, StringComparison.Ordinal);
        Assert.True(accepted > 10, $"{accepted} accepted");

        var journal = new Journal();
        await using var reader = await Reader.OpenAsync(
            transport, new Subscription("orders", 4, "inventory"), journal, null, Stop);
        await Eventually.HoldsAsync("what was read makes room for more", async () =>
        {
            try
            {
                return (await transport.SendAsync(Message(accepted), Stop)).Failures.Count == 0;
            }
            catch (TransportUnavailableException)
            {
                return false;
            }
        }, TimeSpan.FromSeconds(30));
        await journal.HasAsync(accepted + 1, [0]);
        Assert.Equal(Enumerable.Range(0, accepted + 1), journal.Numbers(0));
    }

    [Fact]
    public async Task A_log_on_a_full_disk_loses_nothing_that_was_accepted()
    {
        await using var disk = SmallDisk.Mount();
        await using var log = new LogUnderTest(disk.Path);
        var transport = await log.StartAsync("orders");
        var (accepted, failure) = await FillAsync(transport);
        Assert.Contains("disk is full", failure.Message, StringComparison.Ordinal);
        disk.Grow();

        await Eventually.HoldsAsync(
            "sending goes on", async () => (await transport.SendAsync(Message(accepted), Stop)).Failures.Count == 0);
        var journal = new Journal();
        await using var reader = await Reader.OpenAsync(
            transport, new Subscription("orders", 4, "inventory"), journal, null, Stop);
        await journal.HasAsync(accepted + 1, [0]);
        Assert.Equal(Enumerable.Range(0, accepted + 1), journal.Numbers(0));
    }

    [Fact]
    public async Task A_database_on_a_full_disk_fails_transiently_and_keeps_what_was_committed()
    {
        await using var disk = SmallDisk.Mount();
        await using var database = new SqliteTestDatabase(disk.Path);
        var (store, _) = database.Open();
        await store.PrepareAsync(Stop);
        var committed = 0;
        var failure = await Record.ExceptionAsync(async () =>
        {
            while (true)
            {
                await AppendAsync(store, committed);
                committed++;
            }
        });
        Assert.True(store.IsTransient(failure!), failure?.ToString());
        disk.Grow();
        await Eventually.HoldsAsync("writing goes on", async () =>
        {
            await AppendAsync(store, committed);
            return true;
        });
        var keys = (await store.ReadOutboxAsync([0], 10_000, Some.Time, Stop)).Select(row => row.Event.Key);
        Assert.Equal(Enumerable.Range(0, committed + 1).Select(number => "order-" + number), keys);
    }

    private static async Task AppendAsync(Store.IMessageStore store, int number)
    {
        await using var session = await store.BeginAsync(Stop);
        session.AppendOutbox([Some.OutboxRow(0, "order-" + number, new string('x', 20_000))]);
        await session.CommitAsync(Stop);
    }

    private static async Task<(int Accepted, TransportUnavailableException Failure)> FillAsync(
        EmbeddedTransport transport)
    {
        for (var number = 0; number < 10_000; number++)
        {
            try
            {
                Assert.Empty((await transport.SendAsync(Message(number), Stop)).Failures);
            }
            catch (TransportUnavailableException failure)
            {
                return (number, failure);
            }
        }
        throw new InvalidOperationException("The log took everything.");
    }

    private static List<WireMessage> Message(int number) =>
        [Some.Message("orders", 0, number.ToString().PadRight(10_000))];
}

/// <summary>A file system of 2 MB in memory, where this process may mount one.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new("disk");

    public string Path => _folder.Path;

    public static SmallDisk Mount()
    {
        var disk = new SmallDisk();
        if (!OperatingSystem.IsLinux() || Run("mount", "-t", "tmpfs", "-o", "size=2m", "tessera-test", disk.Path) != 0)
            Assert.Skip("A small disk needs Linux and the right to mount one: run the tests as root.");
        return disk;
    }

    public void Grow() => Assert.Equal(0, Run("mount", "-o", "remount,size=64m", Path));

    public ValueTask DisposeAsync()
    {
        _ = Run("umount", "-l", Path);
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
