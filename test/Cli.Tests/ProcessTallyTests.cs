using Tessera.Cli.Testing;
using Xunit;

namespace Tessera.Cli.Tests;

public sealed class ProcessTallyTests
{
    private readonly ProcessTally _tally = new();

    [Fact]
    public void Counts_what_is_marked_and_all_below_it()
    {
        _tally.See([Marked(10, 100), Below(11, 10, 20), Below(12, 11, 3), Below(13, 1, 1000)]);

        Assert.Equal(123, _tally.Ticks);
    }

    [Fact]
    public void Counts_what_has_ended_once_whether_a_parent_has_seen_its_end_or_not()
    {
        _tally.See([Marked(10, 100), Below(11, 10, 20), Marked(20, 7), Below(21, 20, 4)]);
        _tally.See([Marked(10, 125)]); // 11 is in what 10 has used; nobody of theirs has seen the end of 20 and 21.

        Assert.Equal(125 + 7 + 4, _tally.Ticks);
    }

    [Fact]
    public void Takes_a_process_with_a_former_id_for_another_one()
    {
        _tally.See([Marked(10, 100)]);
        _tally.See([Marked(10, 5) with { Began = 2 }]);

        Assert.Equal(105, _tally.Ticks);
    }

    private static SeenProcess Marked(int id, long ticks) => new(id, Parent: 1, Began: 1, ticks, IsMarked: true);

    private static SeenProcess Below(int id, int parent, long ticks) => new(id, parent, Began: 1, ticks, false);
}
