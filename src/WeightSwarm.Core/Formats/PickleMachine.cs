using System.Collections.Immutable;
using System.Globalization;

namespace WeightSwarm.Core.Formats;

/// <summary>
/// Follows a pickle's stack as far as it holds texts, for STACK_GLOBAL takes its names from there. Nothing is ever
/// imported, called or made. What cannot be followed is said to be dangerous.
/// </summary>
internal sealed class PickleMachine
{
    private const int DeepestStack = 1 << 20;
    private const int MostMemo = 1 << 16;
    private const int MostNames = 64;
    private const long MostKeptCharacters = 16 << 20;

    private readonly List<string?> _stack = [];
    // How high the stack was at each mark.
    private readonly Stack<int> _marks = new();
    private readonly SortedDictionary<uint, string> _memo = [];
    private readonly SortedSet<string> _suspicious = new(StringComparer.Ordinal);
    private uint _memoized;
    private bool _hasPut;
    private long _kept;

    /// <summary>"os.system": what it names and tensors do not need; the first 64 of them.</summary>
    public ImmutableArray<string> Suspicious => [.. _suspicious];
    /// <summary>Why it cannot be followed, or null.</summary>
    public string? Lost { get; private set; }

    /// <summary>Forgets all but what was found: another pickle begins.</summary>
    public void Reset()
    {
        _stack.Clear();
        _marks.Clear();
        _memo.Clear();
        _memoized = 0;
        _hasPut = false;
    }

    /// <summary>A text that may be kept, or null for one that nothing is to be known of.</summary>
    public void PushText(string? text)
    {
        if (text is not null && (_kept += text.Length) > MostKeptCharacters) text = null;
        Push(text);
    }

    /// <summary>An opcode that names a global itself.</summary>
    public void Named(byte opcode, string module, string name)
    {
        Check(module, name);
        if (opcode == PickleOpcode.Inst) PopMark();
        Push(null);
    }

    /// <summary>PUT in its forms.</summary>
    public void Put(uint index)
    {
        _hasPut = true;
        Remember(index);
    }

    /// <summary>GET in its forms.</summary>
    public void Get(uint index) => Push(_memo.GetValueOrDefault(index));

    /// <summary>An opcode of which only the effect on the stack matters.</summary>
    public void Step(byte opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.Mark: Mark(); break;
            case PickleOpcode.Pop: Pop(); break;
            case PickleOpcode.Dup: Push(_stack.Count > 0 ? _stack[^1] : null); break;
            case PickleOpcode.PopMark or PickleOpcode.Appends or PickleOpcode.SetItems or PickleOpcode.AddItems:
                PopMark();
                break;
            case PickleOpcode.List or PickleOpcode.Tuple or PickleOpcode.Dict or PickleOpcode.FrozenSet
                or PickleOpcode.Obj:
                PopMark();
                Push(null);
                break;
            case PickleOpcode.Append or PickleOpcode.Build: Drop(1); break;
            case PickleOpcode.SetItem: Drop(2); break;
            case PickleOpcode.BinPersId or PickleOpcode.Tuple1: Replace(1); break;
            case PickleOpcode.Reduce or PickleOpcode.NewObj or PickleOpcode.Tuple2: Replace(2); break;
            case PickleOpcode.NewObjEx or PickleOpcode.Tuple3: Replace(3); break;
            case PickleOpcode.StackGlobal: StackGlobal(); break;
            case PickleOpcode.Memoize: Memoize(); break;
            case PickleOpcode.Ext1 or PickleOpcode.Ext2 or PickleOpcode.Ext4:
                Lose("it uses the registry of extensions");
                Push(null);
                break;
            case PickleOpcode.Proto or PickleOpcode.Frame or PickleOpcode.ReadOnlyBuffer or PickleOpcode.Stop: break;
            default: Push(null); break;
        }
    }

    /// <summary>From here on nothing is sure.</summary>
    public void Lose(string why) => Lost ??= why;

    private void StackGlobal()
    {
        var marked = _marks.TryPeek(out var height) ? height : 0;
        var (module, name) = _stack.Count - marked >= 2 ? (_stack[^2], _stack[^1]) : (null, null);
        if (module is null || name is null)
            Lose("it names something by texts that cannot be followed");
        else
            Check(module, name);
        Replace(2);
    }

    private void Check(string module, string name)
    {
        if (PickleGlobals.IsAllowed(module, name)) return;
        if (_suspicious.Count < MostNames) _suspicious.Add($"{module}.{name}");
    }

    // An index that MEMOIZE takes is the number of entries, which is not counted where PUT may replace some.
    private void Memoize()
    {
        if (_hasPut) Lose("it mixes two ways of numbering its memo");
        Remember(_memoized++);
    }

    private void Remember(uint index)
    {
        var top = _stack.Count > 0 ? _stack[^1] : null;
        if (top is null || _memo.Count >= MostMemo) _memo.Remove(index);
        else _memo[index] = top;
    }

    private void Push(string? value)
    {
        if (_stack.Count < DeepestStack) _stack.Add(value);
        else Lose(string.Create(CultureInfo.InvariantCulture, $"its stack is deeper than {DeepestStack}"));
    }

    private void Replace(int count)
    {
        Drop(count);
        Push(null);
    }

    private void Mark()
    {
        if (_marks.Count < DeepestStack) _marks.Push(_stack.Count);
        else Lose(string.Create(CultureInfo.InvariantCulture, $"it has more than {DeepestStack} marks"));
    }

    private void Pop()
    {
        if (_marks.TryPeek(out var height) && height == _stack.Count) _marks.Pop();
        else Drop(1);
    }

    private void Drop(int count)
    {
        var there = _stack.Count - (_marks.TryPeek(out var height) ? height : 0);
        if (there < count) Lose("it takes more from its stack than there is");
        count = Math.Min(count, there);
        _stack.RemoveRange(_stack.Count - count, count);
    }

    private void PopMark()
    {
        if (_marks.TryPop(out var height)) _stack.RemoveRange(height, _stack.Count - height);
        else Lose("it takes a mark from its stack that is not there");
    }
}
