namespace Tessera.ServiceDefaults.Tests.Starting;

public sealed class OpenFileLimitTests
{
    private const string Header = "Limit                     Soft Limit           Hard Limit           Units     ";

    [Theory]
    [InlineData("128", "128")]
    [InlineData("64", "511")]
    public void Says_in_one_line_how_many_files_are_too_few(string soft, string hard)
    {
        var said = OpenFileLimit.WhatIsLacking([Header, Line(soft, hard)]);
        Assert.StartsWith($"{hard} files can be open at a time (ulimit -Hn)", said, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', said!);
    }

    [Theory]
    [InlineData("128", "512")] // The runtime raises the soft limit.
    [InlineData("1024", "4096")]
    [InlineData("unlimited", "unlimited")]
    public void Has_nothing_to_say_when_they_are_enough(string soft, string hard) =>
        Assert.Null(OpenFileLimit.WhatIsLacking([Header, Line(soft, hard)]));

    [Fact]
    public void Has_nothing_to_say_when_the_system_tells_nothing() =>
        Assert.Null(OpenFileLimit.WhatIsLacking([Header, "Max open files"]));

    private static string Line(string soft, string hard) =>
        $"Max open files            {soft,-20} {hard,-20} files     ";
}
