using System.Diagnostics;
using Tessera.Testing;
using Xunit;

namespace Tessera.Messaging.Tests;

public sealed class SampleOfTwoServices
{
    [Fact]
    public async Task Runs_to_its_end_twice_in_the_same_folder()
    {
        using var folder = new TemporaryFolder("sample");
        Assert.StartsWith(
            "5 orders taken, all of them ready.", await RunAsync("5", folder.Path), StringComparison.Ordinal);
        Assert.StartsWith(
            "8 orders taken, all of them ready.", await RunAsync("3", folder.Path), StringComparison.Ordinal);
    }

    private static async Task<string> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Tessera.TwoServices.dll"));
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        try
        {
            var output = await Eventually.AnswersAsync(
                "the sample has ended", process.StandardOutput.ReadToEndAsync(), TimeSpan.FromSeconds(60));
            await process.WaitForExitAsync();
            Assert.Equal(0, process.ExitCode);
            return output;
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
    }
}
