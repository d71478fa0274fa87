import { roundGain, type Words } from "../../../src/api/words.ts";

const titles: Words["titles"] = {
  malformed: "请求不正确",
  unauthenticated: "请先登录",
  forbidden: "没有权限进行此操作",
  "cross-origin": "请求来自别的网站",
  "not-found": "找不到所请求的内容",
  "method-not-allowed": "这里不能这样做",
  conflict: "以现在的状况做不到",
  "not-decided": "还没有任何决定",
  "in-flight": "同一请求正在处理",
  "answered-before": "同一请求已经处理过",
  "too-large": "请求太大",
  "unsupported-media": "请求的正文须为 JSON",
  misdirected: "本服务器不用这个名字",
  invalid: "提交的内容不正确",
  "key-reused": "幂等键已用于另一请求",
  "rate-limited": "请求太多",
  internal: "Cairn 的缺陷",
  damaged: "Cairn 的文件或数据库已损坏",
  unavailable: "服务器现在做不到",
};

/** The sentences for reasons in 简体中文; the English ones are the server's own. */
export const chinese: Words = {
  titles,

  run: (reason) => {
    switch (reason.kind) {
      case "asked":
        return "手动要求";
      case "baseline":
        return "基线，一切都与它比较";
      case "design":
        return "铺开一半的改动，一次看清多项";
      case "improve":
        return `预计比目前最好的组合再提高 ${roundGain(reason.expected)}；不同之处：${listed(reason.differsBy) || "无"}`;
      case "replicate":
        return `换一个种子再看一次（已有 ${reason.runs} 次），因为噪声使选择不清`;
      case "bold":
        return `来自留给大胆想法的份额：${reason.level}`;
      case "confirm":
        return `确认，第 ${reason.pair} 对：用新种子运行${reason.side === "baseline" ? "基线" : "推荐的组合"}`;
      case "audit":
        return `核对功劳：${reason.of} 个部分中的 ${reason.parts} 个放在一起`;
      case "margin":
        return reason.side === "set"
          ? "接近护栏的界限：能否证明它没有越过？"
          : "再次运行基线，与接近护栏界限的组合比较";
      case "first-look":
        return `初看决定之后提出的 ${reason.level}：与将要合入的组合一起运行`;
      case "leave-out":
        return `推荐的组合去掉 ${reason.level}：它值得保留吗？`;
      case "scrape":
        return `没有更值得做的：先前合入的 ${reason.level} 还有效吗？`;
      case "unknown":
        return "原因由其他版本的 Cairn 记录";
    }
  },

  failure: (failure) => {
    if (failure.kind === "told") return failure.sentence;
    const tries = failure.attempts > 1 ? `（试了 ${failure.attempts} 次）` : "";
    return `${failure.stage} ${causeClause(failure.cause)}${tries}`;
  },

  stage: (reason) => {
    switch (reason.kind) {
      case "blocked":
        return "它需要的一个阶段失败了";
      case "waits":
        return reason.for.length === 0
          ? "它的缓存键取决于前面的阶段，而它们尚未完成"
          : `它的缓存键取决于 ${listed(reason.for)} 的输出，而那还没有`;
      case "reused":
        return reason.run === null
          ? "决定其结果的内容都没有变"
          : `自运行 ${reason.run} 执行以来，决定其结果的内容都没有变`;
      case "no-code":
        return chinese.clash(reason);
      case "first":
        return "还没有运行过与它相同的";
      case "schema":
        return "这个版本的 Cairn 用新的方式计算键";
      case "stage":
        return `它是另一个阶段：${text(reason.after)}，而不是 ${text(reason.before)}`;
      case "command":
        return `命令由 ${text(reason.before)} 变为 ${text(reason.after)}`;
      case "param":
        return `参数 ${reason.name} ${changeClause(reason.change)}`;
      case "code":
        return `${reason.path} ${{ added: "是新增的", removed: "已被删除", changed: "有改动" }[reason.change.kind]}`;
      case "input":
        return inputClause(reason.stage, reason.change.kind);
      case "env":
        return `环境变量 ${reason.name} ${changeClause(reason.change)}`;
      case "seed":
        if (reason.before === null) return "它现在使用种子";
        return reason.after === null ? "它不再使用种子" : "运行的种子不同";
      case "outputs":
        return `它的输出由 ${text(reason.before)} 变为 ${text(reason.after)}`;
    }
  },

  clash: (clash) => {
    switch (clash.kind) {
      case "apart":
        return `${clash.levels.join(" 与 ")} 不能同时使用`;
      case "requires":
        return `${clash.level} 需要 ${clash.anyOf.join(" 或 ")}`;
      case "contradiction":
        return "它所需要的与它所排除的使任何组合都不可能";
      case "no-code":
        return `阶段 \`${clash.stage}\` 的 \`code\` 中的 \`${clash.glob}\` 没有匹配任何文件`;
      case "misfit": {
        const place = clash.hunk === null ? `文件 \`${clash.path}\`` : `文件 \`${clash.path}\` 的第 ${clash.hunk} 处`;
        return `\`${clash.level}\` 的补丁不能与其他补丁一起应用：与${place}不符`;
      }
    }
  },

  obstacle: (obstacle) => {
    switch (obstacle.kind) {
      case "own-file":
        return "它的文件有错误，显示的是出错之前的内容";
      case "lab-files":
        return "实验室的文件有错误，改正之前不运行任何东西";
      case "withdrawn":
        return "它已被撤回";
      case "failed":
        return `所有包含它的运行都失败了：${chinese.failure(obstacle.failure)}`;
      case "clash":
        return chinese.clash(obstacle.clash);
      case "paused":
        return "队列已暂停";
      case "watching":
        return "本服务器被设为不运行任何东西";
      case "resting":
        return chinese.rest(obstacle.rest);
    }
  },

  problem: (problem) => {
    switch (problem.kind) {
      case "no-lab":
        return `${problem.from} 中已经没有 cairn.yaml`;
      case "bad-files":
        return "实验室的文件不正确；`cairn check` 会指出位置";
      case "other":
        return problem.message;
    }
  },

  rest: (rest) => {
    switch (rest.kind) {
      case "decided":
        return "决定已经作出：再多的运行预计也不会改变它。合入所推荐的（如果有）；其间提出的改动先看一次，合入之后再测量。";
      case "budget-spent":
        return `预算已用完（${budgets[rest.which]}）。在实验室文件的 policy 中加大预算，或者一次合入，会让它继续。`;
      case "exhausted":
        return "没有还能运行并带来新信息的组合。有新的东西要测量时会重新开始。";
      case "baseline-failed":
        return `基线无法运行：${chinese.failure(rest.failure)}。文件改好后会重试；\`cairn run --retry-failed\` 会原样再试。`;
      case "problem":
        return `无法工作：${chinese.problem(rest.problem)}。`;
      case "crashed":
        return `队列的线程已终止（${rest.message}）。${rest.seconds} 秒后重新启动，届时接着做未完成的运行。`;
      case "stopped":
        return "它被停止了。";
    }
  },
};

type Cause = Extract<Parameters<Words["failure"]>[0], { kind: "failed" }>["cause"];

function causeClause(cause: Cause): string {
  switch (cause.kind) {
    case "exit":
      return `以退出码 ${cause.code} 结束`;
    case "signal":
      return `被 ${cause.signal} 终止${cause.signal === "SIGKILL" ? "（常见原因：内存不足）" : ""}`;
    case "timeout":
      return `超过了 ${cause.seconds} 秒的时限`;
    case "out-of-memory":
      return `内存不足：${cause.message}`;
    case "lost":
      return `随所在的机器一起丢失：${cause.message}`;
    case "stopped":
      return `被停止：${cause.message}`;
    case "spawn":
      return `无法启动：${cause.command}：${cause.message}`;
    case "missing-output":
      return `结束时没有写出它在 \`outputs\` 中声明的 ${listed(cause.files)}`;
    case "missing-metrics":
      return `结束时 $CAIRN_OUT/metrics.json 中没有 ${listed(cause.objectives)}`;
    case "bad-metrics":
      return `写出的 ${cause.file} 无法读取：${cause.message}`;
    case "bad-output":
      return `写出的 ${cause.path} 无法保存：${cause.message}`;
    case "code-changed":
      return `没有被记录，因为它的代码在运行期间有改动：${listed(cause.files)}`;
    case "refused":
      return `没有启动：${cause.message}`;
    case "no-capacity":
      return `需要 ${cause.needed} 个 GPU，而只有 ${cause.available} 个（用 --gpus 给出）`;
    case "disk-full":
      return "未能完成：磁盘已满";
    case "io":
      return `未能完成，但不是它自身的问题：${cause.message}`;
  }
}

type Change = Extract<Parameters<Words["stage"]>[0], { kind: "param" }>["change"];

function changeClause(change: Change): string {
  switch (change.kind) {
    case "added":
      return `是新增的：${text(change.after)}`;
    case "removed":
      return `已被删除：原为 ${text(change.before)}`;
    case "changed":
      return `由 ${text(change.before)} 变为 ${text(change.after)}`;
  }
}

function inputClause(needed: string, change: Change["kind"]): string {
  switch (change) {
    case "added":
      return `它现在需要 ${needed}`;
    case "removed":
      return `它不再需要 ${needed}`;
    case "changed":
      return `${needed} 的输出不同`;
  }
}

type Budget = Extract<Parameters<Words["rest"]>[0], { kind: "budget-spent" }>["which"];

const budgets: Readonly<Record<Budget, string>> = {
  runs: "运行次数",
  "core-hours": "核时",
  "GPU-hours": "GPU 时",
  hours: "时长",
  "the policy's runs": "policy 的运行次数",
  "the policy's core-hours": "policy 的核时",
  "the policy's GPU-hours": "policy 的 GPU 时",
  "the policy's hours": "policy 的时长",
};

function listed(names: readonly string[]): string {
  return names.join("、");
}

/** A value as it stands in a file. */
function text(value: unknown): string {
  return JSON.stringify(value);
}
