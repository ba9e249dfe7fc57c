using System.Diagnostics;
using System.Text.Json;
using Tessera.Messaging.CrashHost;

// The settings come as one JSON argument. Exit code 0: the scenario ran to its end.
var settings = JsonSerializer.Deserialize<ScenarioSettings>(args[0])!;
var passes = 0;
await using var scenario = await Scenario.StartAsync(settings, reached: step =>
{
    if (step != settings.CrashAt || Interlocked.Increment(ref passes) != settings.CrashPass) return;
    // SIGKILL to ourselves: nothing is flushed, closed or given back.
    Process.GetCurrentProcess().Kill();
});
Console.WriteLine("running");
await scenario.RunAsync(default);
return 0;
