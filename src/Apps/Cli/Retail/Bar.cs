using System.Globalization;
using Spectre.Console;
using Tessera.Cli.Up;

namespace Tessera.Cli.Retail;

/// <summary>Shows how far a long piece of work is: a bar on a terminal, else a line now and then.</summary>
internal static class Bar
{
    private static readonly TimeSpan _lineEvery = TimeSpan.FromSeconds(5);

    public static async Task RunAsync(string what, int total, Func<Action, Task> work, TimeProvider clock)
    {
        if (Screen.IsLive)
        {
            await AnsiConsole.Progress()
                .Columns(
                    new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new CountColumn(),
                    new RemainingTimeColumn())
                .StartAsync(async progress =>
                {
                    var task = progress.AddTask(what, maxValue: Math.Max(1, total));
                    await work(() => task.Increment(1));
                    task.Value = task.MaxValue;
                });
            return;
        }
        var done = 0;
        var began = clock.GetTimestamp();
        await using var line = clock.CreateTimer(
            _ => Console.WriteLine(Line(what, Volatile.Read(ref done), total)), null, _lineEvery, _lineEvery);
        await work(() => Interlocked.Increment(ref done));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Line(what, done, total)} in {clock.GetElapsedTime(began).TotalSeconds:0.0} s"));
    }

    private static string Line(string what, int done, int total) => $"{what}: {done} of {total}";

    private sealed class CountColumn : ProgressColumn
    {
        public override Spectre.Console.Rendering.IRenderable Render(
            Spectre.Console.Rendering.RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text($"{task.Value:0}/{task.MaxValue:0}");
    }
}
