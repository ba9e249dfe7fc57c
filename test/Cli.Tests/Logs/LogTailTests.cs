using Tessera.Cli.Logs;
using Xunit;

namespace Tessera.Cli.Tests;

public sealed class LogTailTests
{
    [Theory]
    [InlineData("CRT ServiceStart: Refuses to start: no\n", "CRT ServiceStart: Refuses to start: no")]
    [InlineData("err Orders: it failed\n   at Orders.Place()\n", "err Orders: it failed")]
    [InlineData(
        "inf Orders: begun\nUnhandled exception. FileNotFoundException: No 'A'.\n\nFile name: 'A'\n   at B()\n",
        "Unhandled exception. FileNotFoundException: No 'A'.")]
    [InlineData("\u001b[38;5;87m## completed\u001b[0m\n\u001b[0m\n", "## completed")]
    public void Takes_for_the_last_word_what_says_why(string log, string lastWord)
    {
        using var folder = Some.Folder();
        var file = folder.File("orders.log");
        const string former = "Unhandled exception. Of the start before.\n";
        File.WriteAllText(file, former + log);
        Assert.Equal(lastWord, LogTail.LastSince(file, former.Length));
    }

    [Theory]
    [InlineData("plain, with é and a\ttab", "plain, with é and a\ttab")]
    [InlineData("\u001b[38;5;87mblue\u001b[0m and \u009b1mbold", "blue and bold")]
    [InlineData("\u001b]0;a title\u0007after \u001b]8;;http://x\u001b\\link", "after link")]
    [InlineData("\u001b(Bset \u001bcreset \u001b[2Jcut \u001b[", "set reset cut ")]
    [InlineData("a\b\0\u0007\u007f\u0085b\r", "ab")]
    public async Task Shows_nothing_that_a_terminal_obeys(string written, string shown)
    {
        using var folder = Some.Folder();
        var file = folder.File("orders.log");
        File.WriteAllText(file, written + "\n");
        using var seen = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var followed = new List<string>();
        await LogTail.FollowAsync(file, fromEnd: false, line =>
        {
            followed.Add(line);
            seen.Cancel();
        }, seen.Token);
        Assert.Equal([shown], followed);
        Assert.Equal([shown], LogTail.Last(file, 5));
        Assert.Equal([shown], LogTail.All(file));
    }
}
