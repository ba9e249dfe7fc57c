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
    public void Takes_for_the_last_word_what_says_why(string log, string lastWord)
    {
        using var folder = Some.Folder();
        var file = folder.File("orders.log");
        const string former = "Unhandled exception. Of the start before.\n";
        File.WriteAllText(file, former + log);
        Assert.Equal(lastWord, LogTail.LastSince(file, former.Length));
    }
}
