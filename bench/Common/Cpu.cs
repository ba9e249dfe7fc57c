using System.Globalization;

namespace Tessera.Bench;

/// <summary>CPU milliseconds of process trees, from /proc: what a process used and what its
/// ended children used.</summary>
public static class Cpu
{
    private const double MillisecondsPerTick = 10; // USER_HZ is 100 on Linux, whatever the kernel's own tick.

    public static double OfTree(int root)
    {
        var children = new Dictionary<int, List<int>>();
        var ticks = new Dictionary<int, double>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), out var id)) continue;
            try
            {
                var stat = File.ReadAllText(Path.Combine(folder, "stat"));
                var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
                var parent = int.Parse(fields[1], CultureInfo.InvariantCulture);
                (children.TryGetValue(parent, out var list) ? list : children[parent] = []).Add(id);
                ticks[id] = fields[11..15].Sum(field => double.Parse(field, CultureInfo.InvariantCulture));
            }
            catch (IOException)
            {
                // The process ended between the listing and the read; its parent has its time.
            }
        }
        return Sum(root) * MillisecondsPerTick;

        double Sum(int id) =>
            ticks.GetValueOrDefault(id) + (children.TryGetValue(id, out var list) ? list.Sum(Sum) : 0);
    }
}
